CREATE TABLE "AspNetUsers" (
  "Id" text PRIMARY KEY, "UserName" varchar(256), "NormalizedUserName" varchar(256), "Email" varchar(256), "EmailConfirmed" boolean NOT NULL,
  "PasswordHash" text, "TwoFactorEnabled" boolean NOT NULL, "LockoutEnd" timestamptz, "LockoutEnabled" boolean NOT NULL);
CREATE TABLE "AspNetRoles" ("Id" text PRIMARY KEY, "Name" varchar(256));
CREATE TABLE "AspNetUserRoles" ("UserId" text NOT NULL, "RoleId" text NOT NULL);
CREATE TABLE "AspNetUserLogins" ("LoginProvider" text NOT NULL, "ProviderKey" text NOT NULL, "ProviderDisplayName" text, "UserId" text NOT NULL);
CREATE TABLE "AspNetUserTokens" ("UserId" text NOT NULL, "LoginProvider" text NOT NULL, "Name" text NOT NULL, "Value" text);
INSERT INTO "AspNetUsers" VALUES
  ('0b9c1c1e-7c1e-4d1e-9c1e-0123456789ab', 'ann', 'ANN', 'ann@example.org', true, 'HASH', true, NULL, true),
  ('1b9c1c1e-7c1e-4d1e-9c1e-0123456789ab', 'bob', 'BOB', NULL, false, NULL, false, 'infinity', true),
  ('2b9c1c1e-7c1e-4d1e-9c1e-0123456789ab', 'cat', 'CAT', 'cat@example.org', true, 'HASH', false, now() + interval '5 minutes', true),
  ('3b9c1c1e-7c1e-4d1e-9c1e-0123456789ab', 'dan', 'DAN', 'dan@example.org', true, 'HASH', false, 'infinity', false);
INSERT INTO "AspNetRoles" VALUES ('r1', 'Administrators');
INSERT INTO "AspNetUserRoles" VALUES ('0b9c1c1e-7c1e-4d1e-9c1e-0123456789ab', 'r1');
INSERT INTO "AspNetUserLogins" VALUES ('Google', '110000000000000000001', 'Google', '1b9c1c1e-7c1e-4d1e-9c1e-0123456789ab');
INSERT INTO "AspNetUserTokens" VALUES
  ('0b9c1c1e-7c1e-4d1e-9c1e-0123456789ab', '[AspNetUserStore]', 'AuthenticatorKey', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'),
  ('0b9c1c1e-7c1e-4d1e-9c1e-0123456789ab', '[AspNetUserStore]', 'RecoveryCodes', 'ABCDE-FGHIJ;KLMNO-PQRST');
