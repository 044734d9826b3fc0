package replay

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/sample"
)

// Landing are the landing tables on which scripts are replayed.
type Landing struct {
	Root   string                    // the one folder that is read
	Inputs map[string]pipeline.Input // by name of the table
}

// Folder returns the landing tables of a lake in a local folder. A table is
// sought at its path and at its aliases.
func Folder(lake *pipeline.Lake, root string) (Landing, error) {
	l := Landing{Root: root, Inputs: map[string]pipeline.Input{}}
	for _, t := range lake.Tables {
		if !t.IsLanding() {
			continue
		}
		for _, at := range append([]string{t.Path}, t.Aliases...) {
			files, err := filesOf(root, at)
			if err != nil {
				return l, fmt.Errorf("%s: %w", t.Name, err)
			}
			if len(files) > 0 {
				l.Inputs[t.Name] = pipeline.Input{Table: t, Files: files}
				break
			}
		}
	}
	return l, nil
}

// filesOf lists the data files of a folder.
func filesOf(root, at string) ([]ndjson.File, error) {
	folder := filepath.Join(root, filepath.FromSlash(at))
	var files []ndjson.File
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if os.IsNotExist(err) && name == folder {
				return fs.SkipAll
			}
			return err
		}
		if strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") {
			if d.IsDir() && name != folder {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		files = append(files, ndjson.File{Path: name, Name: path.Clean(filepath.ToSlash(rel)), Size: info.Size()})
		return nil
	})
	return files, err
}

// Sample writes the built-in sample data to an empty folder and returns its
// landing tables.
func Sample(ctx context.Context, lake *pipeline.Lake, folder string) (Landing, error) {
	if _, err := sample.Write(ctx, folder, sample.Options{Scale: 1, Seed: 42}); err != nil {
		return Landing{}, err
	}
	return Folder(lake, folder)
}
