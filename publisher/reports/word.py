"""A report as .docx in the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I; the measures stand in `letterhead`."""

import io
from collections.abc import Iterable
from typing import Any

from publisher.reports import word_xml as xml
from publisher.reports.letterhead import POINTS
from publisher.reports.outline import Document
from publisher.reports.word_parts import annex, blocks, foot, head

FONT, LANGUAGE = "Times New Roman", "vi-VN"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PAGE = (11906, 16838)  # A4 in twips
TOP, BOTTOM, LEFT, RIGHT = 1134, 1134, 1701, 850  # 20, 20, 30, 15 mm
HEADER = 510  # from the paper's edge to the page number, which stands in the upper margin


def as_docx(document: Document, author: str) -> bytes:
    """Return the document as .docx; it opens in Word and LibreOffice with the measures of the decree."""
    from docx import Document as new

    word = new()
    _defaults(word, author, f"{document.kind} {document.subject}")
    end = word.element.body[-1]  # the last section's properties
    header = _page_number(word)

    def relation(address: str) -> str:
        from docx.opc.constants import RELATIONSHIP_TYPE

        found: str = word.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return found

    def put(pieces: Iterable[str]) -> None:
        for piece in pieces:
            end.addprevious(xml.parsed(piece))

    put(head(document))
    put(blocks(document.text, relation))
    put(foot(document.head))
    for one in document.annexes:
        # The section before an annex ends here; each annex counts its own pages (NĐ 30, Phụ lục I, mục 3).
        put([f'<w:p><w:pPr><w:spacing w:after="0" w:line="20" w:lineRule="exact"/>{_section(header)}</w:pPr></w:p>'])
        put(annex(one, relation))
    end.getparent().replace(end, xml.parsed(_section(header)))
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _defaults(word: Any, author: str, title: str) -> None:
    """Set font, size, language and spacing once for the whole document, for every script of the font."""
    fonts = " ".join(f'w:{script}="{FONT}"' for script in ("ascii", "hAnsi", "cs", "eastAsia"))
    size = POINTS["body"] * 2
    run = (
        f'<w:rPr><w:rFonts {fonts}/><w:color w:val="000000"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        f'<w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}" w:bidi="ar-SA"/></w:rPr>'
    )
    spacing = '<w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
    hyperlink = (
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        '<w:rPr><w:color w:val="000000"/></w:rPr></w:style>'
    )
    styles = word.styles.element
    defaults = next(child for child in styles if child.tag.endswith("}docDefaults"))
    defaults[:] = [
        xml.parsed(f"<w:rPrDefault>{run}</w:rPrDefault>"), xml.parsed(f"<w:pPrDefault>{spacing}</w:pPrDefault>"),
    ]  # fmt: skip
    normal = word.styles["Normal"].element
    normal[:] = [child for child in normal if not child.tag.endswith(("}rPr", "}pPr"))]
    styles.append(xml.parsed(hyperlink))
    # Under 15 Word and LibreOffice shift tables left by their padding, as Word 2010 did.
    for setting in word.settings.element.iter(f"{W}compatSetting"):
        if setting.get(f"{W}name") == "compatibilityMode":
            setting.set(f"{W}val", "15")
    properties = word.core_properties
    properties.author, properties.title, properties.language = author[:255], title[:255], LANGUAGE
    properties.comments = ""


def _page_number(word: Any) -> str:
    """Put the page number into the upper margin, centred; return the relation that sections name it by."""
    section = word.sections[0]
    section.header.is_linked_to_previous = False
    size = POINTS["page"] * 2
    sized = f'<w:rPr><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    pieces = "".join(
        f"<w:r>{sized}{inside}</w:r>"
        for inside in (
            '<w:fldChar w:fldCharType="begin"/>', '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>', "<w:t>2</w:t>", '<w:fldChar w:fldCharType="end"/>',
        )
    )  # fmt: skip
    element = section.header._element
    element[:] = [xml.parsed(f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{pieces}</w:p>')]
    reference = next(child for child in section._sectPr if child.tag.endswith("}headerReference"))
    relation: str = next(value for name, value in reference.attrib.items() if name.endswith("}id"))
    return relation


def _section(header: str) -> str:
    """Return a section's page: A4, margins, page numbers from 1 and none on its first page."""
    return (
        f'<w:sectPr><w:headerReference w:type="default" r:id="{header}"/>'
        f'<w:type w:val="nextPage"/><w:pgSz w:w="{PAGE[0]}" w:h="{PAGE[1]}"/>'
        f'<w:pgMar w:top="{TOP}" w:right="{RIGHT}" w:bottom="{BOTTOM}" w:left="{LEFT}" w:header="{HEADER}" '
        f'w:footer="{HEADER}" w:gutter="0"/><w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>'
    )
