import assert from "node:assert/strict";
import { test } from "node:test";
import { addressAtConsole } from "../../main/tsx/admin/environment";

const environment = { adminBaseUrl: "https://admin.example.org", realm: "my realm" };

test("a page is opened again at the host of the admin console", () => {
  assert.equal(
    addressAtConsole(environment, "https://id.example.org/realms/my%20realm/overview-admin/?realm=app"),
    "https://admin.example.org/realms/my%20realm/overview-admin?realm=app",
  );
  const path = { ...environment, adminBaseUrl: "https://admin.example.org:8443/auth" };
  assert.equal(
    addressAtConsole(path, "https://admin.example.org/auth/realms/my%20realm/api-keys-admin"),
    "https://admin.example.org:8443/auth/realms/my%20realm/api-keys-admin",
  );
});

test("a page at that host stays, also where a proxy has TLS and the server does not know it", () => {
  assert.equal(addressAtConsole(environment, "https://admin.example.org/realms/my%20realm/api-keys-admin"), undefined);
  const plain = { ...environment, adminBaseUrl: "http://admin.example.org" };
  assert.equal(addressAtConsole(plain, "https://admin.example.org/realms/my%20realm/api-keys-admin"), undefined);
});
