// Who is here: a list of names in their order, each once.

const list = document.querySelector("#users");
const names = []; // sorted
const items = new Map(); // what stands in the list, by name

export function come(user) {
  if (items.has(user)) return;
  const item = document.createElement("li");
  item.textContent = user;
  // Only what changes is touched: a crowd comes as one name after the other.
  const place = placeOf(user);
  list.insertBefore(item, items.get(names[place]) ?? null);
  names.splice(place, 0, user);
  items.set(user, item);
}

export function go(user) {
  if (!items.has(user)) return;
  items.get(user).remove();
  items.delete(user);
  names.splice(placeOf(user), 1);
}

export function nobody() {
  list.replaceChildren();
  items.clear();
  names.length = 0;
}

function placeOf(user) {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (names[middle] < user) low = middle + 1;
    else high = middle;
  }
  return low;
}
