package dir_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/dir"
)

func TestExamineFindsWhatARunWouldMeet(t *testing.T) {
	for name, c := range map[string]struct {
		kind dir.Kind
		err  error
		need int64
		says string
		code pipeline.Kind
	}{
		"nothing":         {"", nil, 0, "", pipeline.Done},
		"read-only":       {dir.KindCreate, syscall.EROFS, 0, "mounted read-only", pipeline.Denied},
		"not permitted":   {dir.KindCreate, syscall.EACCES, 0, "may not write there", pipeline.Denied},
		"no renaming":     {dir.KindRename, syscall.EPERM, 0, "may not write there", pipeline.Denied},
		"a disk too many": {dir.KindRename, syscall.EXDEV, 0, "another file system", pipeline.BadEngine},
		"full":            {dir.KindWrite, syscall.ENOSPC, 0, "the disk is full", pipeline.BadEngine},
		"over the quota":  {dir.KindSync, syscall.EDQUOT, 0, "the disk is full", pipeline.BadEngine},
		"no locks":        {dir.KindLock, syscall.ENOLCK, 0, "file system with locks", pipeline.BadEngine},
		"too little room": {"", nil, 1 << 60, "MB are free, and a run needs about", pipeline.BadEngine},
		"unreadable":      {dir.KindOpen, syscall.EACCES, 0, "readable for this user", pipeline.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, "landing/a.json", "{}\n")
			write(t, root, "trusted/x/part-00000.json", "{}\n")
			for _, built := range []bool{false, true} {
				if built {
					write(t, root, ".stedi/history.json", "{}")
				}
				lake := open(t, root, func(op dir.Op) error {
					if op.Kind == c.kind {
						return c.err
					}
					return nil
				})
				findings := lake.Examine(t.Context(), []string{"landing"}, []string{"trusted/x", "curated/y"}, c.need)
				var said strings.Builder
				for _, f := range findings {
					said.WriteString(f.About + ": " + f.Says + "\n" + f.Fix + "\n")
					if f.Kind != c.code || f.Fix == "" || !f.Wrong {
						t.Errorf("got %+v, want the kind %d and a fix", f, c.code)
					}
				}
				if !strings.Contains(said.String(), c.says) || (len(findings) > 0) != (c.says != "") {
					t.Errorf("it says %q, want %q", said.String(), c.says)
				}
				left, err := filepath.Glob(filepath.Join(root, "*", ".stedi*"))
				if _, err2 := os.Stat(filepath.Join(root, ".stedi")); err != nil || len(left) > 0 || (err2 == nil) != built {
					t.Errorf("it leaves a trace: %v", left)
				}
			}
		})
	}
}
