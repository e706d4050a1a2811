// What becomes of the page when the login may have ended.

const LOGIN_OVER = 4401; // close code
const EVERY = 4; // tries to connect

export async function checkLogin({ code, refused, tries }) {
  if (code === LOGIN_OVER) location.reload(); // the login page decides
  // A refused handshake does not say why: the page may lead to the login page now. But
  // a server that has too much to do is not to be asked for a page each time, too.
  if (!refused || tries % EVERY !== 1) return;
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") location.reload();
}
