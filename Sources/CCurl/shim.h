// curl_easy_setopt and curl_easy_getinfo take whatever their option wants, which Swift cannot call: one function for each
// kind of value.
#pragma once

#include <curl/curl.h>

static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value)
{
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value)
{
    return curl_easy_setopt(handle, option, value);
}

/// For the options that end in `_LARGE`: a count of bytes.
static inline CURLcode ccurl_set_size(CURL *handle, CURLoption option, curl_off_t value)
{
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value)
{
    return curl_easy_setopt(handle, option, value);
}

/// Where libcurl writes down in words what went wrong: `CURL_ERROR_SIZE` bytes, for as long as the handle uses them.
static inline CURLcode ccurl_set_words(CURL *handle, char *words)
{
    return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
}

/// `take` is called with what comes in, and with `context`: headers line by line, then the body in pieces.
static inline CURLcode ccurl_set_receivers(
    CURL *handle, curl_write_callback take_header, curl_write_callback take_body, void *context)
{
    CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    if (code == CURLE_OK)
        code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    if (code == CURLE_OK)
        code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}

/// `give` fills what goes out, piece by piece.
static inline CURLcode ccurl_set_giver(CURL *handle, curl_read_callback give, void *context)
{
    CURLcode code = curl_easy_setopt(handle, CURLOPT_READFUNCTION, give);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_READDATA, context) : code;
}

/// `look` is called at least once a second, and stops the transfer with anything but 0.
static inline CURLcode ccurl_set_watcher(CURL *handle, curl_xferinfo_callback look, void *context)
{
    CURLcode code = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, look);
    if (code == CURLE_OK)
        code = curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) : code;
}

/// The body of the next request, which is copied.
static inline CURLcode ccurl_set_body(CURL *handle, const void *bytes, size_t count)
{
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes) : code;
}

/// The status of the last answer; 0 where there was none.
static inline long ccurl_status(CURL *handle)
{
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/// How many bytes of requests have gone out in the last transfer, their bodies apart.
static inline long ccurl_request_bytes(CURL *handle)
{
    long bytes = 0;
    curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &bytes);
    return bytes;
}
