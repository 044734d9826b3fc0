package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"stedi/pipeline"
)

// Create starts a staged file on the local disk; Commit uploads it. If a file
// of that name is already staged, the error is fs.ErrExist.
func (s *Store) Create(ctx context.Context, name string) (pipeline.StagedFile, error) {
	if err := ready(ctx, name); err != nil {
		return nil, err
	}
	at := filepath.Join(s.staging(), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &staged{path: at, file: file}, nil
}

func (s *Store) staging() string { return filepath.Join(s.cache, "staging") }

// staged is a local file that Commit uploads. It is not synced to disk, because
// nothing refers to it before the upload.
type staged struct {
	path string
	file *os.File // nil once closed
	err  error    // the first failure; it is final
	gone bool     // committed or discarded
}

func (f *staged) Path() string { return f.path }

func (f *staged) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if f.file == nil {
		return 0, &fs.PathError{Op: "write", Path: f.path, Err: fs.ErrClosed}
	}
	n, err := f.file.Write(p)
	f.err = err
	return n, err
}

func (f *staged) Close() error {
	if f.file == nil {
		return f.err
	}
	if err := f.file.Close(); f.err == nil {
		f.err = err
	}
	f.file = nil
	return f.err
}

func (f *staged) Discard() error {
	if f.gone {
		return nil
	}
	if f.file != nil {
		_ = f.file.Close() // the content is discarded anyway
		f.file = nil
	}
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.gone = true
	return nil
}

// ready returns an error if the file cannot be committed.
func (f *staged) ready() error {
	switch {
	case f.err != nil:
		return f.err
	case f.gone:
		return errors.New("already committed or discarded")
	case f.file != nil:
		return errors.New("not closed yet")
	}
	return nil
}

// Commit uploads a closed staged file. S3 compares the replaced version, so
// exactly one of several concurrent commits succeeds.
func (s *Store) Commit(ctx context.Context, output pipeline.StagedFile, name string, replaced *pipeline.File) (pipeline.File, error) {
	if err := s.mayWrite(ctx, name); err != nil {
		return pipeline.File{}, err
	}
	from, ok := output.(*staged)
	if !ok {
		return pipeline.File{}, fmt.Errorf("commit %s: staged in another store", name)
	}
	if err := from.ready(); err != nil {
		return pipeline.File{}, fmt.Errorf("commit %s: %w", name, err)
	}
	when := conditions{noneMatch: aws.String("*"), token: rand.Text()}
	if replaced != nil {
		when.match, when.noneMatch = aws.String(`"`+replaced.Version+`"`), nil
	}
	err := s.upload(ctx, from.path, name, when)
	if refused(err) {
		// If the reply of a successful write was lost, S3 refuses the retry.
		_, head, lookErr := s.stat(ctx, name)
		if lookErr != nil && !errors.Is(lookErr, fs.ErrNotExist) {
			return pipeline.File{}, lookErr
		}
		if head == nil || head.Metadata[tokenKey] != when.token {
			return pipeline.File{}, fmt.Errorf("%s: %w", name, pipeline.ErrChanged)
		}
		err = nil
	}
	if err != nil {
		return pipeline.File{}, s.explain(err, "write", name)
	}
	from.gone = true
	return s.committed(ctx, from.path, name, when.token)
}

// committed returns the written file, and moves its bytes to the cache.
func (s *Store) committed(ctx context.Context, from, name, token string) (pipeline.File, error) {
	file, head, err := s.stat(ctx, name)
	if err != nil {
		return pipeline.File{}, err
	}
	if head.Metadata[tokenKey] != token {
		return pipeline.File{}, fmt.Errorf("%s, right after it was published: %w", name, pipeline.ErrChanged)
	}
	at := s.cached(file)
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return pipeline.File{}, err
	}
	if err := os.Rename(from, at); err != nil {
		return pipeline.File{}, err
	}
	return file, s.dropOlder(at)
}

// tokenKey is the metadata key that identifies this program's writes.
const tokenKey = "stedi-write"

func (c conditions) metadata() map[string]string {
	if c.token == "" {
		return nil
	}
	return map[string]string{tokenKey: c.token}
}

// upload sends a local file, in parts if it is large.
func (s *Store) upload(ctx context.Context, path, name string, when conditions) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() <= s.part {
		_, err = s.put(ctx, &s3.PutObjectInput{
			Bucket: &s.bucket, Key: s.key(name), ContentLength: aws.Int64(info.Size()), Metadata: when.metadata(),
			IfMatch: when.match, IfNoneMatch: when.noneMatch,
		}, file)
		return err
	}
	err = s.multipart(ctx, name, info.Size(), when, func(ctx context.Context, level int32, part *s3.UploadPartInput, offset, size int64) (types.CompletedPart, error) {
		part.ContentLength = aws.Int64(size)
		return s.sendPart(ctx, level, part, io.NewSectionReader(file, offset, size))
	})
	return err
}

// Sweep removes local staged files, unfinished uploads of killed runs of any
// machine, and query results that no session reads any more because of their
// age.
func (s *Store) Sweep(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sweep %s: %w", s.URL(internal), err)
	}
	return errors.Join(os.RemoveAll(s.staging()), s.sweepUploads(ctx), s.sweepResults(ctx))
}
