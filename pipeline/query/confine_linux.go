package query

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// executable is this program, also when its file was replaced meanwhile.
func executable() (string, error) { return "/proc/self/exe", nil }

// engineFiles tell DuckDB of the limits of a container while it opens; it
// crashes where they exist and cannot be read.
var engineFiles = []string{"/proc/self/cgroup", "/sys/fs/cgroup"}

// confine gives up for good what the process does not need: all it can do
// afterwards is read below root and the other folders, and until seal what the engine looks at when
// it opens. It says how much of that the kernel holds.
func confine(root string, also ...string) (string, error) {
	if err := limitResources(); err != nil {
		return "", fmt.Errorf("limit resources: %w", err)
	}
	calls := "seccomp: programs, sockets, file attributes"
	if err := denyCalls(); errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) {
		calls = "no seccomp in this kernel"
	} else if err != nil {
		return "", fmt.Errorf("confine by seccomp: %w", err)
	}
	abi, err := ll.LandlockGetABIVersion()
	if err != nil || abi < 1 {
		return "resource limits, " + calls + ", no Landlock in this kernel", nil //nolint:nilerr // an old kernel is not a failure, and it is said
	}
	if err := allowOnly(slices.Concat([]string{root}, also, engineFiles)...); err != nil {
		return "", err
	}
	held := []string{"resource limits", calls, fmt.Sprintf("Landlock %d: files", abi)}
	if abi >= 4 {
		held = append(held, "TCP")
	}
	if abi >= 6 {
		held = append(held, "signals")
	}
	return strings.Join(held, ", "), nil
}

// seal takes away what only the opening of the engine needed, and makes sure
// that the confinement holds.
func seal(root string, also ...string) error {
	abi, err := ll.LandlockGetABIVersion()
	if err != nil || abi < 1 {
		return nil //nolint:nilerr // confine has said that there is no Landlock
	}
	if err := allowOnly(append([]string{root}, also...)...); err != nil {
		return err
	}
	if _, err := os.ReadDir("/"); root != "/" && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("confine by Landlock: it does not hold: reading / gave %w", err)
	}
	return nil
}

// allowOnly lets every thread of the process read below the paths and do
// nothing else that Landlock knows of.
func allowOnly(paths ...string) error {
	rules := make([]landlock.Rule, len(paths))
	for i, path := range paths {
		access := landlock.AccessFSSet(ll.AccessFSReadFile)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			access |= ll.AccessFSReadDir
		}
		rules[i] = landlock.PathAccess(access, path).IgnoreIfMissing()
	}
	if err := landlock.V11.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("confine by Landlock: %w", err)
	}
	return nil
}
