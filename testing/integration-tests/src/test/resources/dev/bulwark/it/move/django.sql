CREATE TABLE auth_user (
  id serial PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamptz, is_superuser boolean NOT NULL, username varchar(150) NOT NULL UNIQUE,
  first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, email varchar(254) NOT NULL, is_staff boolean NOT NULL, is_active boolean NOT NULL,
  date_joined timestamptz NOT NULL DEFAULT now());
CREATE TABLE auth_group (id serial PRIMARY KEY, name varchar(150) NOT NULL UNIQUE);
CREATE TABLE auth_user_groups (id serial PRIMARY KEY, user_id integer NOT NULL, group_id integer NOT NULL);
INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active) VALUES
  ('HASH', true, 'Ann', 'Ann', ' Example', 'ann@example.org', true, true),
  ('!unusable', false, 'bob', '', '', '', false, false);
INSERT INTO auth_group (name) VALUES ('editors');
INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1);
