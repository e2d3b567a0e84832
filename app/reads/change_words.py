"""Says what compiling a message for its channel has changed, in Chinese and English."""

from app.reads.reason_words import Language

CHANGES: dict[str, tuple[str, str]] = {
    "cleaned": ("去掉了无法显示的字符", "characters that no phone shows were taken out"),
    "simplified": (
        "繁体改为简体：境内通道只收简体",
        "traditional characters became simplified: the channel takes no others",
    ),
    "written_otherwise": ("通道拒收的符号换了写法", "signs that the channel refuses are written otherwise"),
    "emoji_left_out": ("去掉了表情：通道拒收", "emoji were left out: the channel refuses them"),
    "signature_moved": ("签名由系统放在最前，只放一次", "the signature is put in front by the sender, once"),
    "brackets_rewritten": (
        "【】留给签名，正文里改写",
        "【】 belong to the signature and are written otherwise in the text",
    ),
    "signature_by_provider": ("签名由通道加上", "the provider adds the signature"),
    "signature_added": ("加上了签名", "the signature was added"),
    "opt_out_moved": (
        "退订方式统一放在末尾，只写一次",
        "how to opt out is put at the end, once, in the channel's words",
    ),
    "opt_out_by_provider": ("退订方式由通道加上", "the provider adds how to opt out"),
    "opt_out_added": ("加上了退订方式", "how to opt out was added"),
    "wide_encoding": (
        "这些字符使整条按每条70字计费",
        "these characters make the whole message count at 70 a part instead of 160",
    ),
}


def change_words(code: str, language: Language) -> str:
    """What was changed and why."""
    zh, en = CHANGES[code]
    return zh if language == "zh" else en
