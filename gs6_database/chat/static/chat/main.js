// The lobby leads to a room. In a room: what each frame does, and what is sent.

import { hangUp, keepConnected } from "./connection.js";
import { hear, startHeartbeat, stopHeartbeat } from "./heartbeat.js";
import { by, said, showLine } from "./log.js";
import { checkLogin } from "./login.js";
import * as messages from "./messages.js";
import * as outbox from "./outbox.js";
import { come, go, nobody } from "./people.js";

const LONGEST = 2000; // characters of a message, as the server counts them
const SLOWEST = 4; // heartbeats that the first history may take: a link may be slow

const { base, room, user: me } = document.body.dataset;
const lobby = document.querySelector("#lobby");
const composer = document.querySelector("#composer");
const input = document.querySelector("#chat-message-input");
const older = document.querySelector("#older");

// What each frame of the server does, by its type. Other types are ignored.
const handlers = {
  welcome({ user }) {
    document.querySelector("#me").replaceChildren("as ", by(user));
    // If another account has logged in meanwhile, it is not to say what this one wrote.
    if (user === me) return outbox.start();
    hangUp(`this is ${user} now`);
    location.reload();
  },
  history(frame) {
    messages.takeHistory(frame);
  },
  user_list({ users }) {
    users.forEach(come);
  },
  user_join({ user }) {
    come(user);
    showLine("event", by(user), " has joined");
  },
  user_leave({ user }) {
    go(user);
    showLine("event", by(user), " has left");
  },
  chat_message(message) {
    messages.take(message);
  },
  ack({ client_id, seq }) {
    outbox.settle(client_id, "sent");
    // It stands further up, or in earlier ones.
    if (messages.isShown(seq)) outbox.removeLine(client_id);
  },
  private_message({ user, message }) {
    showLine("private", by(user), ", to you alone: ", said(message));
  },
  private_message_delivered({ target, message, client_id }) {
    outbox.settle(client_id, "sent");
    outbox.removeLine(client_id);
    showLine("private", "You, to ", by(target), " alone: ", said(message));
  },
  announcement({ message }) {
    showLine("announcement", "To everybody: ", said(message));
  },
  error({ code, message, client_id, retry_after }) {
    if (code === "rate_limited" && client_id) outbox.pauseFor(retry_after);
    else if (code === "rate_limited") messages.askLater(retry_after);
    else {
      outbox.settle(client_id, "failed");
      showLine("error", "Not sent: ", said(message));
    }
  },
};

const connection = {
  query() {
    return messages.query();
  },
  opened() {
    messages.start();
    startHeartbeat(beat, () => (messages.hasBegun() ? 1 : SLOWEST));
  },
  received(frame) {
    hear();
    handlers[frame.type]?.(frame);
  },
  lost(how) {
    nobody();
    stopHeartbeat();
    messages.stop();
    outbox.stop();
    checkLogin(how);
  },
};

function beat() {
  messages.sync();
  outbox.adopt();
}

function say() {
  const message = input.value;
  if ([...message].length > LONGEST) {
    showLine("error", `Not sent: a message has at most ${LONGEST} characters`);
    return; // the text stays, to be shortened
  }
  input.value = "";
  outbox.say(message);
}

if (lobby) {
  lobby.addEventListener("submit", () => {
    const room = document.querySelector("#room-name-input").value;
    location.assign(`${base}chat/${room}/`);
  });
} else if (room) {
  composer.addEventListener("submit", say);
  older.addEventListener("click", messages.askEarlier);
  outbox.restore();
  keepConnected(connection);
}
