CREATE TABLE wp_users (
  ID bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_login varchar(60) NOT NULL DEFAULT '', user_pass varchar(255) NOT NULL DEFAULT '',
  user_nicename varchar(50) NOT NULL DEFAULT '', user_email varchar(100) NOT NULL DEFAULT '', display_name varchar(250) NOT NULL DEFAULT '');
CREATE TABLE wp_usermeta (
  umeta_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id bigint unsigned NOT NULL, meta_key varchar(255), meta_value longtext);
INSERT INTO wp_users (user_login, user_pass, user_email, display_name) VALUES
  ('ann', 'HASH', 'ann@example.org', 'Ann Example'), ('bob', 'HASH', 'bob@example.org', 'R&amp;D');
INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES
  (1, 'wp_capabilities', 'a:1:{s:13:"administrator";b:1;}'), (2, 'wp_capabilities', 'a:0:{}'), (2, 'nickname', 'bob');
