CREATE TABLE users (username varchar(50) PRIMARY KEY, password varchar(500) NOT NULL, enabled boolean NOT NULL);
CREATE TABLE authorities (username varchar(50) NOT NULL REFERENCES users, authority varchar(50) NOT NULL, UNIQUE (username, authority));
INSERT INTO users VALUES ('ann@example.org', 'HASH', true), ('bob', 'HASH', false);
INSERT INTO authorities VALUES ('ann@example.org', 'ROLE_ADMIN'), ('ann@example.org', 'ROLE_USER'), ('bob', 'ROLE_USER');
