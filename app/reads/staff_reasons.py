"""Reasons of what staff decide at the desk, in plain words, Chinese and English."""

STAFF_REASONS: dict[str, tuple[str, str]] = {
    "staff": ("客服登记", "staff recorded it"),
    "staff_began": ("客服主动联系", "staff began to write"),
    "media_alone": (
        "只发来图片或文件，需要客服查看",
        "a picture or file without words: a person looks at it",
    ),
    "taken_back": ("客服在发出前撤回", "staff took it back before it left"),
    "reopened_by_staff": ("客服认为没有解决", "staff say that it is not solved"),
    "merged_by_staff": ("客服把两个投诉合并为一个", "staff joined two complaints into one"),
}
