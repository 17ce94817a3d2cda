"""What a Vietnamese syllable looks like: tells CẢI CÁCH (words in capitals) from CCHC (an abbreviation)."""

import re
import unicodedata

_ONSETS = "ngh ng nh ch gh gi kh ph qu th tr b c d đ g h k l m n p r s t v x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
o oa oac oach oai oam oan oang oanh oao oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ up ut uôc uôi uôm uôn uông uôt uy uya uych uyên uyêt uynh uyt uyu
ư ưa ưc ưi ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y ych yêm yên yêng yêt yêu ynh yp yt
"""
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_WITHOUT_TONES = str.maketrans("", "", _TONES)
_SYLLABLE = re.compile(
    rf"(?:{'|'.join(_ONSETS.split())})?(?:{'|'.join(sorted(_RIMES.split(), key=len, reverse=True))})"
)


def is_syllable(word: str) -> bool:
    """Tell whether a word could be one Vietnamese syllable, in any case, with or without a tone."""
    if len(word) > 8:
        return False
    bare = unicodedata.normalize("NFD", word.lower()).translate(_WITHOUT_TONES)
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


def is_marked_syllable(word: str) -> bool:
    """Tell whether a word is a syllable that carries a tone or one of ă â ê ô ơ ư: no abbreviation has a tone."""
    marked = any(unicodedata.combining(char) for char in unicodedata.normalize("NFD", word))
    return marked and is_syllable(word)
