// Open a WebSocket, send, close, and list every frame and event the browser saw.
// Or take Server-Sent Events, which have no way back to the server.

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
  message.disabled = sendButton.disabled = !open;
  disconnectButton.disabled = !open && name !== "listening";
  // Keep the keyboard where it is of use: a disabled control loses the focus.
  if (open) message.focus();
  if (name === "closed") connectButton.focus();
}

function listen() {
  showState("listening");
  addEntry("event", `GET ${endpoint.value}`);
  socket = new EventSource(endpoint.value);
  socket.addEventListener("open", () => addEntry("event", "open"));
  socket.addEventListener("message", (event) => showFrame("in", event.data));
  socket.addEventListener("error", () => {
    addEntry("event", "error: the browser tries again by itself");
  });
}

function connect() {
  const url = new URL(endpoint.value, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  showState("connecting");
  addEntry("event", `connecting to ${url}`);
  const { subprotocol, example } = endpoint.selectedOptions[0].dataset;
  socket = new WebSocket(url, subprotocol ?? []);
  socket.binaryType = "arraybuffer";

  socket.addEventListener("open", () => {
    showState("open");
    addEntry("event", `open ${socket.protocol}`.trim());
    message.value = example ?? "";
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
  if (endpoint.value.startsWith("/events/")) listen();
  else connect();
});

disconnectButton.addEventListener("click", () => {
  if (socket instanceof EventSource) {
    socket.close();
    addEntry("event", "closed by the browser");
    showState("closed");
    return;
  }
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
