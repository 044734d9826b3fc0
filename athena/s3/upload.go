package s3

import (
	"context"
	"errors"
	"io/fs"

	"stedi/pipeline/ndjson"
)

// Upload makes name hold what a local file holds, unless it does already.
func (s *Store) Upload(ctx context.Context, path, name string) (sent bool, err error) {
	if err := s.mayWrite(ctx, name); err != nil {
		return false, err
	}
	hash, err := ndjson.HashFile(ctx, path)
	if err != nil {
		return false, err
	}
	when := conditions{token: "content-" + hash.String()}
	_, head, err := s.stat(ctx, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if head != nil && head.Metadata[tokenKey] == when.token {
		return false, nil
	}
	return true, s.explain(s.upload(ctx, path, name, when), "write", name)
}
