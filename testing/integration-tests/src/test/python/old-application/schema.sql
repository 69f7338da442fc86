CREATE TABLE users (
  id serial PRIMARY KEY,
  email text UNIQUE,                       -- the login
  name text,
  hashed_password text,
  role text NOT NULL DEFAULT 'user',
  is_active boolean DEFAULT true,
  oauth_provider text,
  oauth_id text,
  totp_secret text,
  totp_enabled boolean NOT NULL DEFAULT false,
  backup_codes jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (oauth_provider, oauth_id)
);

CREATE TABLE api_keys (
  id serial PRIMARY KEY,
  user_id integer REFERENCES users ON DELETE CASCADE,    -- none: the key of a service
  name text NOT NULL,
  key_hash text NOT NULL UNIQUE,
  is_active boolean DEFAULT true,
  last_used_at timestamptz,
  request_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
