// The lobby leads to a room. In a room: one WebSocket, which comes back by itself.

const MAX_ENTRIES = 500;
const LONGEST = 2000; // characters of a message, as the server counts them
const SHORTEST_WAIT = 500; // milliseconds
const LONGEST_WAIT = 30_000; // milliseconds
const LOGIN_OVER = 4401; // close code
const TIME = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

const { room } = document.body.dataset;
const lobby = document.querySelector("#lobby");
const state = document.querySelector("#state");
const log = document.querySelector("#chat-log");
const composer = document.querySelector("#composer");
const input = document.querySelector("#chat-message-input");
const list = document.querySelector("#users");
const frames = document.querySelector("#frames");

const users = new Set();
const waiting = []; // messages that are sent when the connection is open
let socket = null;
let tries = 0;

function append(parent, child) {
  // Follow the end, unless somebody has scrolled back to read.
  const atEnd = parent.scrollHeight - parent.scrollTop - parent.clientHeight < 40;
  parent.append(child);
  while (parent.childElementCount > MAX_ENTRIES) parent.firstElementChild.remove();
  if (atEnd) parent.scrollTop = parent.scrollHeight;
}

function addEntry(kind, text, bytes) {
  const entry = document.createElement("li");
  entry.className = kind;
  const time = TIME.format(new Date());
  const size = bytes === undefined ? "" : `${bytes} B`;
  for (const part of [time, kind, size, text]) {
    // textContent, never HTML: a message may hold anything.
    entry.appendChild(document.createElement("span")).textContent = part;
  }
  append(frames, entry);
}

function showFrame(kind, text) {
  addEntry(kind, text, new TextEncoder().encode(text).length);
}

function showLine(kind, text) {
  const line = document.createElement("span");
  line.className = kind;
  line.textContent = `${text}\n`;
  append(log, line);
  return line;
}

function showUsers() {
  list.replaceChildren(
    ...[...users].sort().map((user) => {
      const item = document.createElement("li");
      item.textContent = user;
      return item;
    }),
  );
}

// What each frame of the server does, by its type. Other types are ignored.
const handlers = {
  welcome({ user }) {
    document.querySelector("#me").textContent = `as ${user}`;
  },
  user_list(frame) {
    for (const user of frame.users) users.add(user);
  },
  user_join({ user }) {
    users.add(user);
    showLine("event", `${user} has joined`);
    tries = 0; // the room works again
  },
  user_leave({ user }) {
    users.delete(user);
    showLine("event", `${user} has left`);
  },
  chat_message({ user, message }) {
    showLine("message", `${user}: ${message}`);
  },
  private_message({ user, message }) {
    showLine("private", `${user}, to you alone: ${message}`);
  },
  private_message_delivered({ target, message }) {
    showLine("private", `You, to ${target} alone: ${message}`);
  },
  announcement({ message }) {
    showLine("announcement", `Announcement: ${message}`);
  },
  error({ message }) {
    showLine("error", `Not sent: ${message}`);
  },
};

function receive(event) {
  showFrame("in", event.data);
  const frame = JSON.parse(event.data);
  handlers[frame.type]?.(frame);
  showUsers();
}

function connect() {
  const url = new URL(`/ws/chat/${room}/`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  state.textContent = "connecting";
  addEntry("event", `connecting to ${url}`);
  socket = new WebSocket(url);
  let opened = false;

  socket.addEventListener("open", () => {
    opened = true;
    state.textContent = "open";
    addEntry("event", "open");
    for (const { message, line } of waiting.splice(0)) {
      line.remove();
      send(message);
    }
  });
  socket.addEventListener("message", receive);
  socket.addEventListener("close", (event) => {
    addEntry("event", `closed with code ${event.code} ${event.reason}`.trim());
    users.clear();
    showUsers();
    // A refused handshake does not say why: the page may lead to the login page now.
    if (event.code === LOGIN_OVER) location.reload();
    else retry();
    if (!opened) reloadIfLoggedOut();
  });
}

async function reloadIfLoggedOut() {
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") location.reload();
}

function retry() {
  const longest = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** tries);
  // At random, so that not all come back in the same instant.
  const wait = longest * (0.5 + Math.random() / 2);
  tries += 1;
  state.textContent = `closed, trying again in ${(wait / 1000).toFixed(1)} s`;
  setTimeout(connect, wait);
}

function send(message) {
  const text = JSON.stringify({ message });
  socket.send(text);
  showFrame("out", text);
}

function say() {
  const message = input.value;
  if ([...message].length > LONGEST) {
    showLine("error", `Not sent: a message has at most ${LONGEST} characters`);
    return; // the text stays, to be shortened
  }
  input.value = "";
  if (socket.readyState === WebSocket.OPEN) send(message);
  else waiting.push({ message, line: showLine("waiting", `Waiting: ${message}`) });
}

if (lobby) {
  lobby.addEventListener("submit", () => {
    const room = document.querySelector("#room-name-input").value;
    location.assign(`/chat/${room}/`);
  });
} else if (room) {
  composer.addEventListener("submit", say);
  connect();
}
