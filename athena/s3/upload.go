package s3

import (
	"context"
	"errors"
	"io/fs"

	"stedi/pipeline/ndjson"
)

// Upload copies a local file to name, unless name already has the same content.
func (s *Store) Upload(ctx context.Context, path, name string) (sent bool, err error) {
	if err := s.mayWrite(ctx, name); err != nil {
		return false, err
	}
	when, differs, err := s.compare(ctx, path, name)
	if err != nil || !differs {
		return false, err
	}
	return true, s.explain(s.upload(ctx, path, name, when), "write", name)
}

// Differs reports whether Upload would write.
func (s *Store) Differs(ctx context.Context, path, name string) (bool, error) {
	_, differs, err := s.compare(ctx, path, name)
	return differs, err
}

// compare reports whether the contents of name and of a local file differ, and
// returns the conditions for the write.
func (s *Store) compare(ctx context.Context, path, name string) (when conditions, differs bool, err error) {
	hash, err := ndjson.HashFile(ctx, path)
	if err != nil {
		return when, false, err
	}
	when.token = "content-" + hash.String()
	_, head, err := s.stat(ctx, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return when, false, err
	}
	return when, head == nil || head.Metadata[tokenKey] != when.token, nil
}
