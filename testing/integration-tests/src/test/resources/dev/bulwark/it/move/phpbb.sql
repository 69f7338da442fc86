CREATE TABLE phpbb_users (
  user_id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_type tinyint NOT NULL DEFAULT 0, username varchar(255) NOT NULL, user_password varchar(255) NOT NULL,
  user_email varchar(100) NOT NULL DEFAULT '');
INSERT INTO phpbb_users (user_type, username, user_password, user_email) VALUES
  (2, 'Anonymous', '', ''), (3, 'Ann', 'HASH', 'ann@example.org'), (1, 'bob', 'HASH', 'bob@example.org'),
  (0, 'banned', 'HASH', 'cat@example.org'), (0, 'banned-once', 'HASH', 'dan@example.org'), (0, 'R&amp;D &amp;lt;', 'HASH', 'rd@example.org'),
  (0, 'banned-by-address', 'HASH', 'a.b@bad_host.example'), (0, 'exempt', 'HASH', 'ex@bad_host.example'), (0, 'other', 'HASH', 'ot@badxhost.example');
CREATE TABLE phpbb_banlist (
  ban_id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, ban_userid int unsigned NOT NULL DEFAULT 0, ban_ip varchar(40) NOT NULL DEFAULT '',
  ban_email varchar(100) NOT NULL DEFAULT '', ban_start int unsigned NOT NULL DEFAULT 0, ban_end int unsigned NOT NULL DEFAULT 0,
  ban_exclude tinyint unsigned NOT NULL DEFAULT 0, ban_reason varchar(255) NOT NULL DEFAULT '', ban_give_reason varchar(255) NOT NULL DEFAULT '');
INSERT INTO phpbb_banlist (ban_userid, ban_ip, ban_email, ban_end, ban_exclude)
  SELECT user_id, '', '', 0, 0 FROM phpbb_users WHERE username IN ('Ann', 'banned');
INSERT INTO phpbb_banlist (ban_userid, ban_ip, ban_email, ban_end, ban_exclude)
  SELECT user_id, '', '', UNIX_TIMESTAMP() - 60, 0 FROM phpbb_users WHERE username = 'banned-once';
INSERT INTO phpbb_banlist (ban_userid, ban_ip, ban_email, ban_end, ban_exclude)
  SELECT user_id, '', '', 0, 1 FROM phpbb_users WHERE username = 'exempt';
INSERT INTO phpbb_banlist (ban_userid, ban_ip, ban_email, ban_end, ban_exclude) VALUES
  (0, '', '*@Bad_Host.example', UNIX_TIMESTAMP() + 3600, 0), (0, '192.0.2.*', '', 0, 0);
