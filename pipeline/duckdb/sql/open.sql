-- The engine's settings. It reads files only through this program's reader, and
-- a transform cannot change that. The number of threads may
-- grow (see threads.go).
SET threads = {{.Threads}};
{{- with .Memory}}
SET memory_limit = '{{.}}B';
{{- end}}
SET temp_directory = {{text .Temp}};
SET preserve_insertion_order = false;
SET autoinstall_known_extensions = false;
SET autoload_known_extensions = false;
SET enable_external_access = false;
SET allowed_configs = ['threads'];
SET lock_configuration = true;
