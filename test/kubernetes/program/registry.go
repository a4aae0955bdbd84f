package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
)

// What the OCI distribution specification has for pulling, the end-1 to end-3 of its table.
var (
	manifestPath = regexp.MustCompile(`^/v2/([a-z0-9._/-]+)/manifests/([A-Za-z0-9_][A-Za-z0-9._-]*|sha256:[0-9a-f]{64})$`)
	blobPath     = regexp.MustCompile(`^/v2/[a-z0-9._/-]+/blobs/(sha256:[0-9a-f]{64})$`)
)

// registry serves the images in a folder, read-only: blobs/DIGEST has the blobs, manifests among them, and
// tags/NAME/TAG the digest of a manifest.
func registry() int {
	flags := flag.NewFlagSet("registry", flag.ExitOnError)
	folder := flags.String("folder", "", "where the images are")
	listen := flags.String("listen", "", "ADDRESS:PORT")
	_ = flags.Parse(os.Args[1:])
	log.Printf("serving %s on %s", *folder, *listen)
	log.Print(http.ListenAndServe(*listen, images{*folder}))
	return 1
}

type images struct{ folder string }

func (i images) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	log.Printf("%s %s", request.Method, request.URL)
	url := request.URL.Path
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		refuse(answer, http.StatusMethodNotAllowed, "UNSUPPORTED", "this registry is read-only")
	} else if url == "/v2/" {
		answer.WriteHeader(http.StatusOK)
	} else if match := manifestPath.FindStringSubmatch(url); match != nil {
		i.serve(answer, request, i.digest(match[1], match[2]), "application/vnd.oci.image.manifest.v1+json", "MANIFEST_UNKNOWN")
	} else if match := blobPath.FindStringSubmatch(url); match != nil {
		i.serve(answer, request, match[1], "application/octet-stream", "BLOB_UNKNOWN")
	} else {
		refuse(answer, http.StatusNotFound, "NAME_UNKNOWN", "not a path of this registry")
	}
}

// digest is what a reference, a tag or a digest already, stands for; empty when there is no such tag.
func (i images) digest(name, reference string) string {
	if strings.HasPrefix(reference, "sha256:") {
		return reference
	}
	// Rooted and cleaned, a name cannot lead out of the folder.
	digest, err := os.ReadFile(path.Join(i.folder, "tags", path.Clean("/"+name), reference))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(digest))
}

func (i images) serve(answer http.ResponseWriter, request *http.Request, digest, contentType, unknown string) {
	blob, err := os.Open(path.Join(i.folder, "blobs", digest))
	if digest == "" || errors.Is(err, os.ErrNotExist) {
		refuse(answer, http.StatusNotFound, unknown, "not here")
		return
	}
	if err != nil {
		refuse(answer, http.StatusInternalServerError, "UNKNOWN", err.Error())
		return
	}
	defer blob.Close()
	status, err := blob.Stat()
	if err != nil {
		refuse(answer, http.StatusInternalServerError, "UNKNOWN", err.Error())
		return
	}
	answer.Header().Set("Content-Type", contentType)
	answer.Header().Set("Docker-Content-Digest", digest)
	http.ServeContent(answer, request, "", status.ModTime(), blob)
}

func refuse(answer http.ResponseWriter, status int, code, message string) {
	answer.Header().Set("Content-Type", "application/json")
	answer.WriteHeader(status)
	fmt.Fprintf(answer, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}
