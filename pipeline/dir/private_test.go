package dir_test

import (
	"os"
	"path/filepath"
	"testing"

	"stedi/pipeline/dir"
)

func TestPrivateFoldersOfTheDeadAreRemovedAndThoseOfTheLivingKept(t *testing.T) {
	temp := t.TempDir()
	dead := filepath.Join(temp, "stedi-dead")
	other := filepath.Join(temp, "stedi-without-lock")
	for _, folder := range []string{dead, other} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{filepath.Join(dead, "lock"), filepath.Join(dead, "spilled rows")} {
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	first, removeFirst, err := dir.Private(temp)
	if err != nil {
		t.Fatal(err)
	}
	second, removeSecond, err := dir.Private(temp)
	if err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]bool{dead: false, other: true, first: true, second: true} {
		if _, err := os.Stat(folder); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", folder, err == nil, want)
		}
	}
	if err := removeFirst(); err != nil {
		t.Fatal(err)
	}
	if err := removeSecond(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}
