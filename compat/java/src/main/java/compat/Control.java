package compat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Stops and starts the servers through the harness. A call returns when the action is done. */
public final class Control {
    private final String url;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Control(String url) {
        this.url = url;
    }

    public void post(String member, String action) throws Exception {
        HttpRequest request = request("/" + member + "/" + action)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
        send(request);
    }

    public boolean offers(String member) throws Exception {
        return send(request("/").GET().build()).lines().anyMatch(member::equals);
    }

    /** Host and port of a server. */
    public String address(String member) throws Exception {
        return send(request("/" + member + "/address").GET().build()).trim();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(100));
    }

    private String send(HttpRequest request) throws Exception {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        Check.that(response.statusCode() == 200, request.uri() + ": " + response.body());
        return response.body();
    }
}
