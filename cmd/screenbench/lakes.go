package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"stedi/pipeline/sample"
)

// bigLake returns a sample lake with built tables. It reuses an existing lake.
func (b *bench) bigLake(ctx context.Context) (string, error) {
	lake := filepath.Join(b.work, fmt.Sprintf("screens-%d", b.scale))
	if _, err := os.Stat(lake); errors.Is(err, fs.ErrNotExist) {
		b.say("writing a lake of scale %d", b.scale)
		if _, err := sample.Write(ctx, lake, sample.Options{Scale: b.scale, Seed: 1}); err != nil {
			return "", errors.Join(err, os.RemoveAll(lake))
		}
	}
	b.say("making its tables")
	cmd := exec.CommandContext(ctx, b.stedi, "--batch", "--lake", lake)
	cmd.Stderr = os.Stderr
	return lake, cmd.Run()
}

// lakeOfFiles returns a sample lake with many small files in one folder. It
// reuses an existing lake.
func (b *bench) lakeOfFiles(ctx context.Context) (string, error) {
	lake := filepath.Join(b.work, fmt.Sprintf("screens-%d-files", b.files))
	if _, err := os.Stat(lake); !errors.Is(err, fs.ErrNotExist) {
		return lake, err
	}
	b.say("writing a lake of %d files", b.files)
	if _, err := sample.Write(ctx, lake, sample.Options{Scale: 2, Seed: 1}); err != nil {
		return "", errors.Join(err, os.RemoveAll(lake))
	}
	if err := scatter(filepath.Join(lake, "accelerometer", "landing"), b.files); err != nil {
		return "", errors.Join(err, os.RemoveAll(lake))
	}
	return lake, nil
}

// scatter replaces the files of a folder with n files of one line each.
func scatter(folder string, files int) error {
	names, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return err
	}
	n := 0
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		rows := bufio.NewScanner(f)
		for ; n < files && rows.Scan(); n++ {
			small := filepath.Join(folder, fmt.Sprintf("small-%06d.json", n))
			if err := os.WriteFile(small, append(rows.Bytes(), '\n'), 0o600); err != nil {
				return errors.Join(err, f.Close())
			}
		}
		if err := errors.Join(rows.Err(), f.Close(), os.Remove(name)); err != nil {
			return err
		}
	}
	if n < files {
		return fmt.Errorf("%s has only %d lines for %d files", folder, n, files)
	}
	return nil
}
