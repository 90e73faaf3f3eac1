// Proves that the browser renders and runs a page: node self_test.mjs URL

import { browse } from "./browser.mjs";

await browse(async (page) => {
  await page.goto(process.argv[2]);
  const shown = await page.evaluate(() => `${document.title}: ${document.querySelector("p").getBoundingClientRect().width > 0}`);
  const picture = await page.screenshot();
  console.log(shown, picture.subarray(1, 4).toString());
});
