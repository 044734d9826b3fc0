-- allowed_configs in open.sql names this setting.
SET threads = {{.}};
