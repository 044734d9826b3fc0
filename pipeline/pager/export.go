package pager

import (
	"bufio"
	"context"
	"errors"
	"io"

	"stedi/pipeline/export"
)

// Export writes all rows of a source. It periodically calls progress with the
// number of rows written. After an error the output is incomplete and must be
// discarded.
func Export(ctx context.Context, src Source, w io.Writer, format export.Format, progress func(rows int64)) (err error) {
	buffered := bufio.NewWriterSize(w, 64<<10)
	out := export.NewWriter(buffered, format, src.Columns())
	defer func() { err = errors.Join(err, out.End(), buffered.Flush()) }()
	for written := int64(0); ; {
		page, err := src.Page(ctx, written, searchRows)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		for _, row := range page {
			if err := out.Row(row); err != nil {
				return err
			}
		}
		written += int64(len(page))
		progress(written)
	}
}
