// Package found is a lake whose tables others built: they are where the Glue
// catalog says, in any bucket, and are only read.
package found

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"stedi/athena/catalog"
	"stedi/athena/s3"
	"stedi/pipeline"
)

// Store has the files of the tables, each below the folder that the table has in
// the definition, and nothing else. It writes nothing.
type Store struct {
	config aws.Config
	cache  string
	tables *catalog.Found // nil: it is empty
	lake   *pipeline.Lake

	mu      sync.Mutex
	buckets map[string]*s3.Store
}

var _ pipeline.Store = (*Store)(nil)

// New returns the store of tables that were found. Copies of files are kept in
// the folder cache.
func New(config aws.Config, cache string, lake *pipeline.Lake, tables *catalog.Found) *Store {
	return &Store{config: config, cache: cache, lake: lake, tables: tables, buckets: map[string]*s3.Store{}}
}

// Empty returns a store without files, for a lake whose catalog was not asked.
func Empty() *Store { return &Store{} }

// locate returns where the files below a folder of the lake are: the bucket, the
// folder in it, and the folder of the table. The bucket is nil if there are none.
func (s *Store) locate(ctx context.Context, name string) (bucket *s3.Store, at, folder string, err error) {
	if s.tables == nil {
		return nil, "", "", nil
	}
	for _, t := range s.lake.Tables {
		if name != t.Path && !strings.HasPrefix(name, t.Path+"/") {
			continue
		}
		table, ok := s.tables.Table(t)
		if !ok || table.Kind == catalog.View {
			return nil, "", "", nil
		}
		host, at, ok := split(table.Location)
		if !ok {
			return nil, "", "", pipeline.Fail(pipeline.BadUsage, t.Name, "Correct the location of the table in the Glue catalog.",
				"the table %s.%s has the location %q, which is not in S3", s.tables.Database, table.Name, table.Location)
		}
		bucket, err := s.bucket(ctx, host)
		return bucket, at, t.Path, err
	}
	return nil, "", "", nil
}

// split returns the bucket and the folder of a location. Hadoop also writes
// s3a:// and s3n://.
func split(location string) (bucket, folder string, ok bool) {
	scheme, rest, ok := strings.Cut(location, "://")
	if !ok || !strings.EqualFold(strings.TrimRight(strings.ToLower(scheme), "an"), "s3") {
		return "", "", false
	}
	bucket, folder, _ = strings.Cut(rest, "/")
	return bucket, strings.Trim(folder, "/"), bucket != ""
}

// bucket opens a bucket once.
func (s *Store) bucket(ctx context.Context, name string) (*s3.Store, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[name]; b != nil {
		return b, nil
	}
	b, err := s3.Open(ctx, s.config, "s3://"+name, s3.Options{Cache: s.cache})
	if err != nil {
		return nil, err
	}
	s.buckets[name] = b
	return b, nil
}

// List returns the files of a table, as if they were in the table's folder of
// the lake. A view is one file without bytes.
func (s *Store) List(ctx context.Context, folder string) ([]pipeline.File, error) {
	if t, ok := s.view(folder); ok {
		return []pipeline.File{{Name: folder + "/view", ModTime: t.Updated, Version: t.Updated.String()}}, nil
	}
	bucket, at, path, err := s.locate(ctx, folder)
	if err != nil || bucket == nil {
		return nil, err
	}
	var files []pipeline.File
	if below := strings.TrimSuffix(theirs(folder+"/", at, path), "/"); below == "" {
		files, err = bucket.All(ctx)
	} else {
		files, err = bucket.List(ctx, below)
	}
	for i := range files {
		files[i].Name = path + "/" + strings.TrimPrefix(strings.TrimPrefix(files[i].Name, at), "/")
	}
	return files, err
}

// view returns the view that is the table of a folder.
func (s *Store) view(folder string) (view pipeline.CatalogTable, ok bool) {
	if s.tables == nil {
		return view, false
	}
	for _, t := range s.lake.Tables {
		if table, ok := s.tables.Table(t); ok && t.Path == folder && table.Kind == catalog.View {
			return table, true
		}
	}
	return view, false
}

// theirs is a listed file under its own name.
func theirs(name, at, path string) string {
	below := strings.TrimPrefix(name, path+"/")
	if below == "" {
		return at
	}
	if at == "" {
		return below
	}
	return at + "/" + below
}

// Open reads a file of a table. There are no other files.
func (s *Store) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	bucket, at, path, err := s.locate(ctx, name)
	if err != nil {
		return nil, err
	}
	if bucket == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return bucket.Open(ctx, theirs(name, at, path))
}

// Fetch returns a copy of a file of a table.
func (s *Store) Fetch(ctx context.Context, file pipeline.File) (string, error) {
	if view, ok := s.view(path.Dir(file.Name)); ok {
		return "", pipeline.Fail(pipeline.BadUsage, "", "Read it with --engine athena.", "%s.%s is a view, which has no files", s.tables.Database, view.Name)
	}
	bucket, at, path, err := s.locate(ctx, file.Name)
	if err != nil {
		return "", err
	}
	if bucket == nil {
		return "", &fs.PathError{Op: "fetch", Path: file.Name, Err: fs.ErrNotExist}
	}
	file.Name = theirs(file.Name, at, path)
	return bucket.Fetch(ctx, file)
}

// Nearby finds nothing: the catalog says where the tables are.
func (s *Store) Nearby(context.Context, int, string) pipeline.Nearby { return pipeline.Nearby{} }

// Absent says why a table has no files.
func (s *Store) Absent(t *pipeline.Table) string {
	if s.tables == nil {
		return ""
	}
	table, ok := s.tables.Table(t)
	if !ok {
		return s.tables.Absent(t)
	}
	return fmt.Sprintf("no file in %s, where the database %s has the table %s", table.Location, s.tables.Database, table.Name)
}

// Holder returns nil: no run works on the lake.
func (s *Store) Holder(context.Context) (*pipeline.Holder, error) { return nil, nil }

func (s *Store) refuse() error {
	database := "of the Glue catalog"
	if s.tables != nil {
		database = s.tables.Database
	}
	return catalog.Refusal(database)
}

// Put refuses, as all methods do that would change something: the lake is only
// read.
func (s *Store) Put(context.Context, string, []byte) error { return s.refuse() }

// Copy refuses.
func (s *Store) Copy(context.Context, string, string) error { return s.refuse() }

// Delete refuses.
func (s *Store) Delete(context.Context, string) error { return s.refuse() }

// Create refuses.
func (s *Store) Create(context.Context, string) (pipeline.StagedFile, error) { return nil, s.refuse() }

// Commit refuses.
func (s *Store) Commit(context.Context, pipeline.StagedFile, string, *pipeline.File) (pipeline.File, error) {
	return pipeline.File{}, s.refuse()
}

// Keep refuses.
func (s *Store) Keep(context.Context, pipeline.File, string) (pipeline.File, error) {
	return pipeline.File{}, s.refuse()
}

// Sweep refuses.
func (s *Store) Sweep(context.Context) error { return s.refuse() }

// Lock refuses.
func (s *Store) Lock(context.Context, pipeline.Holder) (func() error, error) { return nil, s.refuse() }
