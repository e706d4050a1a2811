// Whether the server is still there: it is asked now and then, and has to say something.

import { hangUp } from "./connection.js";

export const HEARTBEAT = 15_000; // milliseconds

let timer = null;
let silent = 0; // heartbeats since anything came

// ask() asks something; patience() returns how many heartbeats the server may be silent.
export function startHeartbeat(ask, patience) {
  silent = 0;
  timer = setInterval(() => {
    // Open in name only.
    if (silent >= patience()) return hangUp("the server does not answer");
    silent += 1;
    ask();
  }, HEARTBEAT);
}

export function hear() {
  silent = 0;
}

export function stopHeartbeat() {
  clearInterval(timer);
}
