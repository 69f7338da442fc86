import assert from "node:assert/strict";
import { test } from "node:test";
import { fromAddress, isFiltered, START, toAddress, toRequest } from "../../main/tsx/admin/query";

test("the address of the page has what differs from the start", () => {
  assert.equal(toAddress(START, null), "");
  assert.equal(toAddress(START, "app"), "?realm=app");
  const query = { ...START, search: "a&b ö", state: "inactive", expires: "30", page: 3, perPage: 50 };
  const address = toAddress(query, "my realm");
  assert.match(address, /realm=my\+realm/);
  assert.deepEqual(fromAddress(address), query);
});

test("an address with anything else is the start", () => {
  assert.deepEqual(fromAddress("?state=odd&sort=name&page=-1&perPage=7&owner=robot&x=y"), START);
  assert.equal(fromAddress(`?search=${"x".repeat(500)}`).search.length, 200);
});

test("the request has the names of the REST, and no empty filter", () => {
  assert.equal(toRequest(START).toString(), "first=0&max=20&sort=-createdAt");
  const request = toRequest({ ...START, search: " nightly ", owner: "client", unused: "90", page: 2 });
  assert.equal(request.toString(), "first=20&max=20&sort=-createdAt&search=nightly&owner=client&unusedForDays=90");
});

test("the order alone is no filter", () => {
  assert.equal(isFiltered({ ...START, sort: "createdAt", page: 2 }), false);
  assert.equal(isFiltered({ ...START, search: "  " }), false);
  assert.equal(isFiltered({ ...START, expires: "7" }), true);
});
