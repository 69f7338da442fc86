CREATE TABLE phpbb_users (
  user_id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_type tinyint NOT NULL DEFAULT 0, username varchar(255) NOT NULL, user_password varchar(255) NOT NULL,
  user_email varchar(100) NOT NULL DEFAULT '');
INSERT INTO phpbb_users (user_type, username, user_password, user_email) VALUES
  (2, 'Anonymous', '', ''), (3, 'Ann', 'HASH', 'ann@example.org'), (1, 'bob', 'HASH', 'bob@example.org');
