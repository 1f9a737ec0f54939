/// Why a file is not taken. The codes are those of docs/http.md; the words say what to do, for whoever sent it.
package enum FileRefusal: String, Error, Hashable, Sendable, CaseIterable {
    case empty = "empty_file"
    case notAllowed = "type_not_allowed"
    case otherType = "type_differs"
    case damaged = "file_damaged"
    case tooManyPixels = "too_many_pixels"
    case macros = "has_macros"
    case encrypted = "is_encrypted"
    case tooMuchInside = "too_much_inside"
    case severalFormats = "several_formats"
    case infected

    package var advice: String {
        switch self {
        case .empty: "This file is empty. Choose another one."
        case .notAllowed:
            "Files of this type cannot be shared. Send a photo, a PDF, an office document, a text, sound, video or DICOM."
        case .otherType: "This file is not what its name says. Save it anew under its own type, and send that."
        case .damaged: "This file is damaged, or not complete. Open it, save it anew, and send that."
        case .tooManyPixels: "This picture is too large. Send one of at most 120 million pixels."
        case .macros: "This document holds macros. Save it without them, and send that."
        case .encrypted: "This document is protected by a password, so nobody can check it. Send it without one."
        case .tooMuchInside: "This document holds too much. Send it in parts, or as a PDF."
        case .severalFormats: "This file is of two types at once. Save it anew, and send that."
        case .infected: "The virus scanner has found something in this file. It was removed."
        }
    }
}
