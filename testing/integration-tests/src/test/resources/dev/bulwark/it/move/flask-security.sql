CREATE TABLE "user" (
  id serial PRIMARY KEY, email varchar(255) NOT NULL UNIQUE, username varchar(255) UNIQUE, password varchar(255), active boolean,
  fs_uniquifier varchar(64) NOT NULL UNIQUE, confirmed_at timestamp);
CREATE TABLE role (id serial PRIMARY KEY, name varchar(80) NOT NULL UNIQUE);
CREATE TABLE roles_users (user_id integer NOT NULL, role_id integer NOT NULL);
INSERT INTO "user" (email, username, password, active, fs_uniquifier, confirmed_at) VALUES
  ('ann@example.org', NULL, 'HASH', true, 'a', now()), ('bob@example.org', 'bob', 'HASH', false, 'b', NULL), ('eve@example.org', 'eve', 'HASH', NULL, 'e', NULL);
INSERT INTO role (name) VALUES ('admin');
INSERT INTO roles_users VALUES (1, 1);
