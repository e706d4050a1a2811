// The lobby leads to a room. In a room: what each frame does, and what is sent.

import { isOpen, keepConnected, send } from "./connection.js";
import { by, newLine, said, show, showLine } from "./log.js";
import { checkLogin } from "./login.js";
import { come, go, nobody } from "./people.js";

const LONGEST = 2000; // characters of a message, as the server counts them

const { base, room } = document.body.dataset;
const lobby = document.querySelector("#lobby");
const composer = document.querySelector("#composer");
const input = document.querySelector("#chat-message-input");

const waiting = []; // messages that are sent when the connection is open

// What each frame of the server does, by its type. Other types are ignored.
const handlers = {
  welcome({ user }) {
    document.querySelector("#me").replaceChildren("as ", by(user));
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
  chat_message({ user, message }) {
    showLine("message", by(user), ": ", said(message));
  },
  private_message({ user, message }) {
    showLine("private", by(user), ", to you alone: ", said(message));
  },
  private_message_delivered({ target, message }) {
    showLine("private", "You, to ", by(target), " alone: ", said(message));
  },
  announcement({ message }) {
    showLine("announcement", "To everybody: ", said(message));
  },
  error({ message }) {
    showLine("error", "Not sent: ", said(message));
  },
};

const connection = {
  query() {
    return {};
  },
  opened() {
    for (const { message, line } of waiting.splice(0)) {
      line.remove();
      send({ message });
    }
  },
  received(frame) {
    handlers[frame.type]?.(frame);
  },
  lost(how) {
    nobody();
    checkLogin(how);
  },
};

function say() {
  const message = input.value;
  if ([...message].length > LONGEST) {
    showLine("error", `Not sent: a message has at most ${LONGEST} characters`);
    return; // the text stays, to be shortened
  }
  input.value = "";
  if (isOpen()) send({ message });
  else keep(message);
}

function keep(message) {
  const line = newLine("waiting", "Waiting: ", said(message));
  waiting.push({ message, line });
  show(line);
}

if (lobby) {
  lobby.addEventListener("submit", () => {
    const room = document.querySelector("#room-name-input").value;
    location.assign(`${base}chat/${room}/`);
  });
} else if (room) {
  composer.addEventListener("submit", say);
  keepConnected(connection);
}
