package ndjson

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestJoinedFilesAreOneFileInTheWritersOwnForm(t *testing.T) {
	long := strings.Repeat("ä line longer than a short string ", 40)
	parts := []string{
		"{\"S\":\"" + long + "\",\"L\":1}\r\n{\"i\":2,\"B\":true}",
		"",
		"{\"d\":1.50,\"s\":\"x\",\"other\":[1]}\n\n",
	}
	want := "{\"s\":\"" + long + "\",\"b\":null,\"i\":null,\"l\":1,\"d\":null}\n" +
		"{\"s\":null,\"b\":true,\"i\":2,\"l\":null,\"d\":null}\n" +
		"{\"s\":\"x\",\"b\":null,\"i\":null,\"l\":null,\"d\":1.5}\n"
	for _, pack := range []bool{false, true} {
		t.Run(fmt.Sprintf("compressed=%t", pack), func(t *testing.T) {
			var out bytes.Buffer
			report, err := Join(t.Context(), partFiles(t, pack, parts), everyType, Limits{}, &out)
			if err != nil || report.Rows != 3 || len(report.Rejects) > 0 {
				t.Fatalf("Join: %+v, %v", report, err)
			}
			if out.String() != want {
				t.Errorf("joined:\n%s\nwant:\n%s", out.String(), want)
			}
		})
	}
}

func TestJoinKeepsTheOrderOfManyRows(t *testing.T) {
	var parts []string
	var want strings.Builder
	for part := range 3 {
		var text strings.Builder
		for row := range 3*walkBatch + part {
			fmt.Fprintf(&text, "{\"l\":%d}\n", part*10000+row)
			fmt.Fprintf(&want, "{\"l\":%d}\n", part*10000+row)
		}
		parts = append(parts, text.String())
	}
	var out bytes.Buffer
	if _, err := Join(t.Context(), partFiles(t, false, parts), everyType[3:4], Limits{}, &out); err != nil {
		t.Fatal(err)
	}
	if out.String() != want.String() {
		t.Error("the rows are not those of the files in their order")
	}
}

func TestJoinReportsTheLinesThatItCannotRead(t *testing.T) {
	var out bytes.Buffer
	report, err := Join(t.Context(), partFiles(t, false, []string{"{\"l\":1}\n{\"l\":1.5}\n"}), everyType[3:4], Limits{}, &out)
	if err != nil || len(report.Rejects) != 1 || report.Rejects[0].Line != 2 {
		t.Fatalf("Join: %+v, %v", report, err)
	}
}

func TestJoinEndsWithItsContextAndWithItsWriter(t *testing.T) {
	files := partFiles(t, false, []string{"{\"l\":1}\n"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Join(ctx, files, everyType[3:4], Limits{}, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context has ended: %v", err)
	}
	if _, err := Join(t.Context(), files, everyType[3:4], Limits{}, fullDisk{}); !errors.Is(err, errFullDisk) {
		t.Errorf("with a writer that fails: %v", err)
	}
}

var errFullDisk = errors.New("no space left")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFullDisk }

func partFiles(t *testing.T, pack bool, parts []string) []File {
	t.Helper()
	var files []File
	for i, text := range parts {
		content := []byte(text)
		if pack {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			if _, err := z.Write(content); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			content = b.Bytes()
		}
		name := filepath.Join(t.TempDir(), fmt.Sprintf("part-%05d.json", i))
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, File{Path: name, Name: filepath.Base(name), Size: int64(len(content))})
	}
	return files
}
