// Chromium as `./test.sh setup` has installed it, for the scripts beside this one. Rust starts them: tests/counterparts/browser.rs.

import { createRequire } from "node:module";

const folder = process.env.SMARTSCALE_BROWSER;
const { chromium } = createRequire(`${folder}/package.json`)("playwright-core");

/**
 * Give a page of a new browser to `visit`, and close the browser whatever happens. Errors of the page itself fail the visit.
 * @param {(page: import("playwright-core").Page) => Promise<void>} visit
 */
export async function browse(visit) {
  // The sandbox needs rights that containers lack; the pages are our own.
  const browser = await chromium.launch({ executablePath: `${folder}/chromium`, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(error));
    await visit(page);
    if (errors.length > 0) throw errors[0];
  } finally {
    await browser.close();
  }
}
