# Runs a command in this shell's process group. Standard input is a pipe that
# the caller keeps open. When it closes, because the caller has ended for any
# reason, all processes of the group end within a second.
trap : TERM # the command receives it, too; this script waits for its end
exec 3<&0
(
	trap '' TERM
	read -r _ <&3
	kill -TERM 0
	sleep 1
	kill -KILL 0
) >/dev/null 2>&1 &
"$@" 3<&- </dev/null
code=$?
{ kill -KILL $! && wait $!; } 2>/dev/null
exit $code
