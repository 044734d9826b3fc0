package awstest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// spark runs the scripts of Glue jobs on the Spark version of Glue 5.0. It
// reads tables through S3 if the Hadoop libraries are installed, and otherwise
// from the folder of the S3 server. Hadoop's S3 client cannot write to this
// server, because it waits for folder objects forever; so spark uploads the
// output files itself.
type spark struct {
	bin  string
	temp string
	jars []string // Hadoop's S3 libraries
	s3   *S3
}

// newSpark finds Spark. Without Spark, every run fails with an error.
func newSpark(t *testing.T, s3 *S3) *spark {
	t.Helper()
	venv := os.Getenv("STEDI_SPARK")
	if venv == "" {
		venv = filepath.Join(root(t), ".cache", "spark")
	}
	jars, err := filepath.Glob(filepath.Join(root(t), ".cache", "aws", "s3a", "*.jar"))
	if err != nil {
		t.Fatal(err)
	}
	return &spark{bin: filepath.Join(venv, "bin"), temp: t.TempDir(), jars: jars, s3: s3}
}

// NeedSpark skips a test if Spark is not installed.
func (a *AWS) NeedSpark(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(a.spark.bin, "spark-submit")); err != nil {
		t.Skip("skipped: Spark is not installed; `make test-spark` gets it")
	}
}

// run runs the script of a job.
func (s *spark) run(ctx context.Context, job JobRun) error {
	folder := filepath.Join(s.temp, job.ID)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	script := s.s3.local(job.Script)
	out, result := filepath.Join(folder, "out"), filepath.Join(folder, "result.json")
	args := append(s.options(), script, "--JOB_ID", "j_1", "--JOB_RUN_ID", job.ID, "--out", out, "--result", result)
	for name, value := range job.Arguments {
		if name != "--out" && name != "--result" {
			if len(s.jars) == 0 {
				value = s.s3.local(value)
			}
			args = append(args, name, value)
		}
	}
	if err := s.submit(ctx, args, job.Log); err != nil {
		return err
	}
	if err := s.upload(ctx, out, job.Arguments["--out"]); err != nil {
		return err
	}
	return s.s3.put(ctx, result, job.Arguments["--result"])
}

func (s *spark) options() []string {
	options := []string{
		"--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=2",
		"--driver-java-options", "-XX:TieredStopAtLevel=1", // short runs end before the JVM's second compiler pays off
	}
	if len(s.jars) == 0 {
		return options
	}
	for _, setting := range []string{
		"s3.impl=org.apache.hadoop.fs.s3a.S3AFileSystem", "s3a.endpoint=" + s.s3.Endpoint, "s3a.access.key=" + AccessKey, "s3a.secret.key=" + SecretKey,
		"s3a.path.style.access=true", "s3a.connection.ssl.enabled=false",
	} {
		options = append(options, "--conf", "spark.hadoop.fs."+setting)
	}
	return append(options, "--jars", strings.Join(s.jars, ","))
}

// submit runs Spark. If it fails, the error contains the last line of its
// output. The script writes errors to stdout, like all its output.
func (s *spark) submit(ctx context.Context, args []string, say func(string)) error {
	cmd := alone(exec.CommandContext(ctx, filepath.Join(s.bin, "spark-submit"), args...)) // a test's own tool
	cmd.Cancel = func() error { stop(cmd.Process); return nil }
	// spark-submit finds its home through PATH.
	cmd.Env = append(os.Environ(), "PATH="+s.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "SPARK_LOCAL_IP=127.0.0.1")
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	last := ""
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		last = lines.Text()
		say(last)
	}
	if err := errors.Join(lines.Err(), cmd.Wait()); err != nil {
		return fmt.Errorf("SystemExit: %s (%w)", last, err)
	}
	return nil
}

func (s *spark) upload(ctx context.Context, folder, to string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".crc") {
			return err
		}
		below, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		return s.s3.put(ctx, path, strings.TrimSuffix(to, "/")+"/"+filepath.ToSlash(below))
	})
}
