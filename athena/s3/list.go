package s3

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"stedi/athena/account"
	"stedi/pipeline"
)

// List returns every object below the folder, sorted by name. It skips objects
// whose names end with a slash; consoles create them to represent folders.
func (s *Store) List(ctx context.Context, folder string) ([]pipeline.File, error) {
	if err := ready(ctx, folder); err != nil {
		return nil, err
	}
	files, err := s.list(ctx, folder, folder+"/")
	if err != nil || len(files) > 0 || !pipeline.MayBeFile(folder) {
		return files, err
	}
	files, err = s.list(ctx, path.Dir(folder), folder)
	return slices.DeleteFunc(files, func(f pipeline.File) bool { return f.Name != folder }), err
}

// All returns every object of the lake, as List does of a folder.
func (s *Store) All(ctx context.Context) ([]pipeline.File, error) { return s.list(ctx, "", "") }

// list returns the objects of a folder, whose keys begin with below.
func (s *Store) list(ctx context.Context, folder, below string) ([]pipeline.File, error) {
	all := slices.ContainsFunc(strings.Split(folder, "/"), pipeline.Hidden)
	var files []pipeline.File
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: s.key(below)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Explain(err, "list "+s.URL(folder))
		}
		for _, object := range page.Contents {
			name := strings.TrimPrefix(aws.ToString(object.Key), s.prefix)
			parts := strings.Split(strings.TrimPrefix(name, below), "/")
			if strings.HasSuffix(name, "/") || !all && slices.ContainsFunc(parts, pipeline.Hidden) {
				continue
			}
			if err := pipeline.CheckName(name); err != nil {
				return nil, err
			}
			files = append(files, listed(name, object.Size, object.ETag, object.LastModified))
		}
	}
	slices.SortFunc(files, func(a, b pipeline.File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}
