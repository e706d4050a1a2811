// Open a WebSocket, send, close, and list every frame and event the browser saw.

import { addEntry, showFrame } from "./frames.js";

const connection = document.querySelector("#connection");
const endpoint = document.querySelector("#endpoint");
const connectButton = document.querySelector("#connect");
const disconnectButton = document.querySelector("#disconnect");
const state = document.querySelector("#state");
const composer = document.querySelector("#composer");
const message = document.querySelector("#message");
const sendButton = document.querySelector("#send");

let socket = null;

function showState(name) {
  const open = name === "open";
  state.textContent = name;
  endpoint.disabled = connectButton.disabled = name !== "closed";
  disconnectButton.disabled = message.disabled = sendButton.disabled = !open;
  // Keep the keyboard where it is of use: a disabled control loses the focus.
  if (open) message.focus();
  if (name === "closed") connectButton.focus();
}

function connect() {
  const url = new URL(endpoint.value, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  showState("connecting");
  addEntry("event", `connecting to ${url}`);
  socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";

  socket.addEventListener("open", () => {
    showState("open");
    addEntry("event", "open");
  });
  socket.addEventListener("message", (event) => showFrame("in", event.data));
  socket.addEventListener("error", () => {
    addEntry("event", "error: the browser does not say why, the server's log does");
  });
  socket.addEventListener("close", (event) => {
    showState("closed");
    addEntry("event", `closed with code ${event.code} ${event.reason}`.trim());
  });
}

connection.addEventListener("submit", (event) => {
  event.preventDefault();
  connect();
});

disconnectButton.addEventListener("click", () => {
  showState("closing");
  addEntry("event", "closing with code 1000");
  socket.close(1000);
});

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(message.value);
  showFrame("out", message.value);
  message.value = "";
});

connectButton.focus();
