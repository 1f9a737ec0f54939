import CaseStore
import Files
import WebSocket

extension APIError {
    static let noSuchFile = APIError(.notFound, "no_such_file", "There is no such file.")
    static let fileGone = APIError(.gone, "file_gone", "This file was removed.")
    static let linkExpired = APIError(
        .gone, "link_expired", "This link is no longer good. Open the file from its conversation.")
    static let notShown = APIError(
        .unsupportedMediaType, "not_shown", "This file is not shown in the page. Download it.")
    static let beingChecked = APIError(
        .conflict, "being_checked", "This file is still being checked for viruses. Try again later.",
        retryAfterSeconds: 15)
    static let lengthRequired = APIError(
        .lengthRequired, "length_required", "Say how many bytes the file has, by Content-Length.")
    static let tooManyUploads = APIError(
        .tooManyRequests, "too_many_uploads", "Too many files are being uploaded at once. Try again in a moment.",
        retryAfterSeconds: 1)
    static let uploadTooSlow = APIError(
        .requestTimeout, "upload_too_slow", "The file did not arrive in time. Try again on a better connection.")
    static let uploadBrokenOff = APIError(
        .badRequest, "upload_broken_off", "The file did not arrive as a whole. Try again.")
    static let storageFull = APIError(
        .insufficientStorage, "storage_full",
        "There is no room for files at the moment. Messages still arrive; tell the team.")
    static let storageAway = APIError(
        .serviceUnavailable, "storage_away", "Files cannot be stored or read at the moment. Try again in a minute.",
        retryAfterSeconds: 30)

    static func fileTooLarge(_ limit: Int64) -> APIError {
        APIError(.contentTooLarge, "file_too_large", "This file is too large: at most \(limit >> 20) MB.")
    }

    init(_ refusal: FileRefusal) {
        self.init(.unsupportedMediaType, refusal.rawValue, refusal.advice, field: "file")
    }

    init(_ passed: FileLimitPassed) {
        switch passed {
        case .caseBytes(let limit):
            self.init(.conflict, "case_full", "This conversation holds as many files as it can: \(limit >> 20) MB.")
        case .caseFiles(let limit):
            self.init(.conflict, "case_full", "This conversation holds as many files as it can: \(limit).")
        case .guestBytes(let limit):
            self.init(.conflict, "person_full", "You have shared as much as you can: \(limit >> 20) MB.")
        case .guestFiles(let limit):
            self.init(.conflict, "person_full", "You have shared as many files as you can: \(limit).")
        case .unsentFiles(let limit):
            self.init(
                .conflict, "too_many_unsent", "Send or discard what you have uploaded first: \(limit) files wait.")
        }
    }
}
