import { readConfig } from "./src/config";
import { stack } from "./src/stack";

const made = stack(readConfig());

export const table = made.table;
export const topic = made.topic;
export const launchTemplate = made.launchTemplate;
const tick = made.function;
export { tick as function };
