package main

import (
	"io"
	"net/http"
	"time"
)

// controlEndpoint stops and starts the servers through the harness. A call returns when the action is done.
type controlEndpoint struct{ url string }

func (c controlEndpoint) post(member, action string) {
	c.send(http.MethodPost, "/"+member+"/"+action)
}

func (c controlEndpoint) address(member string) string {
	return c.send(http.MethodGet, "/"+member+"/address")
}

func (c controlEndpoint) send(method, path string) string {
	request, err := http.NewRequest(method, c.url+path, nil)
	checkNoError(err, path)
	client := http.Client{Timeout: 100 * time.Second}
	response, err := client.Do(request)
	checkNoError(err, path)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	checkNoError(err, path)
	checkThat(response.StatusCode == http.StatusOK, "%s: %s", path, body)
	return string(body)
}
