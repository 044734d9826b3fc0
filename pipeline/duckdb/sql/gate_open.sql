-- The settings of an engine for untrusted queries: no files, no directory to
-- spill to, no extensions, and locked settings. Rows are in the order of the
-- files, and times are in UTC on every machine.
SET threads = {{.Threads}};
SET memory_limit = {{text .Memory}};
SET max_temp_directory_size = '0B';
SET temp_directory = '';
SET TimeZone = 'UTC';
SET errors_as_json = true;
SET autoinstall_known_extensions = false;
SET autoload_known_extensions = false;
SET allow_community_extensions = false;
SET disabled_filesystems = 'LocalFileSystem';
SET enable_external_access = false;
SET lock_configuration = true;
