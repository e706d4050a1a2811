// The lobby leads to a room. In a room: one WebSocket, which comes back by itself, and
// misses nothing: messages are numbered, and what is sent is repeated until the server
// has acknowledged it.

const MAX_ENTRIES = 500;
const LONGEST = 2000; // characters of a message, as the server counts them
const SHORTEST_WAIT = 500; // milliseconds
const LONGEST_WAIT = 30_000; // milliseconds
const HEARTBEAT = 15_000; // milliseconds
const PATIENCE = 300; // milliseconds that a missing message may take
const LOGIN_OVER = 4401; // close code
const TIME = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

const { room, user: me } = document.body.dataset;
const OUTBOX = `outbox ${me} ${room} `; // what its keys in localStorage begin with
const lobby = document.querySelector("#lobby");
const state = document.querySelector("#state");
const log = document.querySelector("#chat-log");
const composer = document.querySelector("#composer");
const input = document.querySelector("#chat-message-input");
const older = document.querySelector("#older");
const list = document.querySelector("#users");
const frames = document.querySelector("#frames");

const users = new Set();
let socket = null;
let tries = 0;
let heartbeat = null; // a timer
let answered = false; // whether history has come since the last beat

// In: all messages from first to last are shown; those that came too early are held.
let first = null;
let last = null;
const held = new Map(); // by seq
const asked = []; // "start", "after" or "before": what frames of history will answer
let gap = null; // a timer

// Out: what is not acknowledged yet, in its order. The head is being sent, or is next.
const outbox = [];
const lines = new Map(); // of own messages that the room has not shown yet, by client_id
let sending = null;
let pause = null; // a timer

function append(parent, child, next = null) {
  // Follow the end, and drop the beginning, unless somebody has scrolled back to read.
  const atEnd = parent.scrollHeight - parent.scrollTop - parent.clientHeight < 40;
  parent.insertBefore(child, next);
  if (!atEnd) return;
  // Not while earlier ones are on their way: they would not be followed by the first.
  while (parent.childElementCount > MAX_ENTRIES && !asked.includes("before")) {
    const { seq } = parent.firstElementChild.dataset;
    parent.firstElementChild.remove();
    if (seq) {
      first = Number(seq) + 1;
      showOlder(true);
    }
  }
  parent.scrollTop = parent.scrollHeight;
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

function newLine(kind, text) {
  const line = document.createElement("span");
  line.className = kind;
  line.textContent = `${text}\n`;
  return line;
}

function show(line) {
  append(log, line, log.querySelector("[data-state=sending]")); // those stay last
}

function showLine(kind, text) {
  show(newLine(kind, text));
}

function newMessageLine({ seq, user, message, created }) {
  const line = newLine("message", `${user}: ${message}`);
  line.dataset.seq = seq;
  line.title = new Date(created).toLocaleString();
  if (user === me) line.dataset.state = "sent";
  return line;
}

function showOlder(there) {
  older.hidden = !there;
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
    users.clear();
    // If another account has logged in meanwhile, it is not to say what this one wrote.
    if (user === me) return flush();
    socket.close();
    location.reload();
  },
  history(frame) {
    answered = true;
    answers[asked.shift()](frame);
  },
  user_list(frame) {
    for (const user of frame.users) users.add(user);
  },
  user_join({ user }) {
    users.add(user);
    showLine("event", `${user} has joined`);
    if (user === me) tries = 0; // the room works again
  },
  user_leave({ user }) {
    users.delete(user);
    showLine("event", `${user} has left`);
  },
  chat_message(message) {
    if (message.seq > last) held.set(message.seq, message);
    showHeld();
  },
  ack({ client_id, seq }) {
    settle(client_id, "sent");
    if (seq <= last) removeLine(client_id); // it stands further up, or in earlier ones
  },
  private_message({ user, message }) {
    showLine("private", `${user}, to you alone: ${message}`);
  },
  private_message_delivered({ target, message, client_id }) {
    settle(client_id, "sent");
    removeLine(client_id);
    showLine("private", `You, to ${target} alone: ${message}`);
  },
  announcement({ message }) {
    showLine("announcement", `Announcement: ${message}`);
  },
  error({ code, message, client_id, retry_after }) {
    if (code === "rate_limited" && client_id) {
      sending = null;
      pause = setTimeout(resume, retry_after * 1000);
    } else if (code === "rate_limited") {
      const question = asked.shift();
      if (question === "after") setTimeout(sync, retry_after * 1000);
      else showOlder(true);
    } else {
      settle(client_id, "failed");
      showLine("error", `Not sent: ${message}`);
    }
  },
};

// What each frame of history does, by what was asked.
const answers = {
  start(frame) {
    // If the server has less than this page, it has another database: begin anew.
    if (last === null || frame.upto < last) {
      log.replaceChildren(...lines.values());
      held.clear();
      first = frame.messages[0]?.seq ?? frame.upto + 1;
      last = first - 1;
      showOlder(frame.more);
      frame.more = false;
    }
    answers.after(frame);
  },
  after({ messages, upto, more }) {
    for (const message of messages) if (message.seq > last) showMessage(message);
    last = Math.max(last, upto);
    for (const seq of held.keys()) if (seq <= last) held.delete(seq);
    showHeld();
    if (more) sync();
  },
  before({ messages, more }) {
    const { scrollTop, scrollHeight } = log;
    log.prepend(...messages.map(newMessageLine));
    log.scrollTop = scrollTop + log.scrollHeight - scrollHeight; // in view stays in view
    first = messages[0]?.seq ?? first;
    showOlder(more);
  },
};

function showMessage(message) {
  last = message.seq;
  if (message.user === me) {
    settle(message.client_id, "sent");
    removeLine(message.client_id);
  }
  show(newMessageLine(message));
}

function showHeld() {
  for (let next; (next = held.get(last + 1)); ) {
    held.delete(next.seq);
    showMessage(next);
  }
  clearTimeout(gap);
  // Something is missing. It may be on its way; at random, for others miss it, too.
  if (held.size) gap = setTimeout(sync, PATIENCE * (1 + Math.random()));
}

function ask(question, frame) {
  asked.push(question);
  sendText(JSON.stringify(frame));
}

function sync() {
  if (socket?.readyState !== WebSocket.OPEN || asked.includes("after")) return;
  ask("after", { type: "sync", after: last });
}

function beat() {
  // Without an answer to the last one, the connection is open in name only.
  if (!answered) return lose("the server does not answer");
  answered = false;
  sync();
}

function receive(event) {
  showFrame("in", event.data);
  const frame = JSON.parse(event.data);
  handlers[frame.type]?.(frame);
  showUsers();
}

function connect() {
  const url = new URL(`/ws/chat/${room}/`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (last !== null) url.searchParams.set("after", last);
  state.textContent = "connecting";
  addEntry("event", `connecting to ${url}`);
  const mine = new WebSocket(url);
  socket = mine;
  let opened = false;
  answered = false;
  heartbeat = setInterval(beat, HEARTBEAT);

  mine.addEventListener("open", () => {
    opened = true;
    state.textContent = "open";
    addEntry("event", "open");
    asked.splice(0, asked.length, "start");
  });
  mine.addEventListener("message", (event) => {
    if (socket === mine) receive(event);
  });
  mine.addEventListener("close", (event) => {
    const { code, reason } = event;
    if (socket === mine) lose(`closed with code ${code} ${reason}`.trim());
    if (code === LOGIN_OVER) location.reload();
    // A refused handshake does not say why: the page may lead to the login page now.
    if (!opened) reloadIfLoggedOut();
  });
}

function lose(why) {
  addEntry("event", why);
  clearInterval(heartbeat);
  clearTimeout(gap);
  socket.close();
  socket = null;
  users.clear();
  showUsers();
  // A private message may have arrived, or not: only what is stored can be repeated.
  if (sending && isPrivate(sending.message)) settle(sending.client_id, "failed");
  sending = null;
  retry();
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

function sendText(text) {
  socket.send(text);
  showFrame("out", text);
}

function isPrivate(message) {
  return /^\s*\/pm(\s|$)/.test(message);
}

function newId() {
  // A UUID. crypto.randomUUID() would be there with https and on localhost only.
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

function store(key, value) {
  // It may be full, or forbidden: then a message does not survive a reload, no more.
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    addEntry("event", "the browser keeps nothing");
  }
}

function put(entry) {
  outbox.push(entry);
  const line = newLine("message", `${me}: ${entry.message}`);
  line.dataset.state = "sending";
  append(log, line);
  lines.set(entry.client_id, line);
}

function flush() {
  if (sending || pause || !outbox.length || socket?.readyState !== WebSocket.OPEN) return;
  sending = outbox[0];
  const { message, client_id } = sending;
  sendText(JSON.stringify({ message, client_id }));
}

function resume() {
  pause = null;
  flush();
}

function settle(client_id, outcome) {
  const index = outbox.findIndex((entry) => entry.client_id === client_id);
  if (index === -1) return;
  const [entry] = outbox.splice(index, 1);
  store(OUTBOX + client_id);
  lines.get(client_id).dataset.state = outcome;
  if (outcome === "failed") lines.delete(client_id); // the line stays, as it is
  if (sending === entry) sending = null;
  flush();
}

function removeLine(client_id) {
  lines.get(client_id)?.remove();
  lines.delete(client_id);
}

function restore() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(OUTBOX));
    const texts = keys.map((key) => localStorage.getItem(key));
    // Those that another tab has just sent are null.
    const entries = texts.filter(Boolean).map((text) => JSON.parse(text));
    entries.sort((one, other) => one.at - other.at).forEach(put);
  } catch {
    addEntry("event", "the browser keeps nothing");
  }
}

function say() {
  const message = input.value;
  if ([...message].length > LONGEST) {
    showLine("error", `Not sent: a message has at most ${LONGEST} characters`);
    return; // the text stays, to be shortened
  }
  input.value = "";
  const at = Math.max(Date.now(), (outbox.at(-1)?.at ?? 0) + 1);
  const entry = { message, client_id: newId(), at };
  // A reload sends again what is stored; so does another tab. Not a private message.
  if (!isPrivate(message)) store(OUTBOX + entry.client_id, JSON.stringify(entry));
  put(entry);
  flush();
}

if (lobby) {
  lobby.addEventListener("submit", () => {
    const room = document.querySelector("#room-name-input").value;
    location.assign(`/chat/${room}/`);
  });
} else if (room) {
  composer.addEventListener("submit", say);
  older.addEventListener("click", () => {
    if (socket?.readyState !== WebSocket.OPEN || asked.includes("before")) return;
    ask("before", { type: "history", before: first });
  });
  restore();
  connect();
}
