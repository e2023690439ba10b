"""How documents are asked about as wholes, and told of, in English."""

from phi3desk.chat.languages.language import (
    BOTH,
    INVENTORIES,
    NAMED,
    OF_PAGES,
    THIS,
    TWO,
    WITH_THIS,
    Language,
    Pattern,
    Phrase,
)
from phi3desk.library.overview.types import Asked

ENGLISH = Language(
    code="en",
    words={
        "docs": "documents|files|docs|document|file",
        "have": "do you have|have you got|you have|do we have|have we|we have|do i have|i have|can you search|do you know",
        "there": "are there|there are|are available|are here|are stored|have i (added|imported)|did i (add|import)",
        "where": "here|available|at hand|in [(the|this|my|your|our)] (library|collection|database|archive)",
        "about": "on|about|regarding|concerning|covering|mentioning|dealing with|related to|relating to|"
        "that (mention|speak of|speak about|talk about|deal with|are about)",
        "please": "please|can you|could you|would you|can you please|could you please|now|and|ok|i want you to",
        "this": "this (document|file|manual|report|text|pdf|one|contract|page|paper)|the (document|file|pdf|text)|(the|this) (attached|whole|entire|selected|open|same) (document|file)",
        "it": "this|it",
        "these": "the documents|(these|the|both|those|both these) [two] (documents|files|versions|manuals|reports|contracts|texts|editions)",
        "them": "these|them|the two|both",
        "sum": "summarise|summarize|sum up|recap|condense",
        "summary": "[(a|an|the|one)] [(short|brief|quick|concise)] (summary|overview|synopsis)",
    },
    patterns=(
        Pattern(
            Asked.INVENTORY,
            """
        [{please}] (which|what) {docs} ({have}|{there}) [{where}] [{about} {topic}]
        [{please}] (which|what) {docs} {about} {topic} ({have}|{there}) [{where}]
        [{please}] (which|what) {docs} (do you have|have you got|do we have|do i have) for {topic}
        (which|what) (documents|files|docs) (mention|speak of|speak about|talk about|deal with|are about) {topic}
        [{please}] (list|show|show me|name|give me|tell me) [all] [of] [(the|my|your|our)] [all] {docs} [({have}|that are here)] [{where}] [{about} {topic}] [please]
        [{please}] (list|show|show me|give me) [a list of] [all] [(the|my|your|our)] {docs} [{about} {topic}] [please]
        how many {docs} {have} [{where}] {about} {topic}
        (do you have|have you got|do we have|are there|is there) [(any|some|a|an)] {docs} {about} {topic}
        [{please}] (which|what) {docs} (are|is) {where}
        [{please}] (give me|show me) an overview of (the|my|your|our) (library|collection|documents)
        what (is|do you have) in [(the|this|my|your|our)] (library|collection)
        """,
            certain=True,
        ),
        Pattern(
            Asked.COUNT,
            """
        how many ({docs}|pages) ({have}|are there [{where}]) [(in total|altogether|overall|in all)] [{where}]
        how many {docs} [and pages] ({have}|{there}) [(in total|altogether|overall|in all)] [{where}]
        """,
            certain=True,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        how many pages (are there|are in it|is it|does it have|has it|are there in it)
        how many pages (does|has) {this} (have|contain|comprise|got|run to)
        how many pages (are there|are|there are) in {this}
        how long is {this}
        how many pages (has|have) {this} [got]
        """,
            THIS,
        ),
        Pattern(
            Asked.PAGE_COUNT,
            """
        how many pages (does|do) {name} (have|contain|comprise|include|run to)
        how many pages (has|have) {name} [got]
        how many pages (are there|are|there are) in {name}
        how many pages long is {name}
        [what is] [the] (page count|number of pages) (of|in) {name}
        how many pages is {name} [long]
        """,
            NAMED,
        ),
        Pattern(Asked.PAGE_COUNT, "how long is {name}", NAMED, loose=True),
        Pattern(
            Asked.PAGES,
            """
        [{please}] (what is|what's|what stands|what is written|what is there|what does it say|what can be read) on [the] (page|pages|p) {pages} [(of|in|from) {this}]
        [{please}] (show|show me|read|read me|give me|tell me what is on|quote|cite|what is) [the] (page|pages|p) {pages} [(of|in|from) {this}]
        what (does|do) [the] (page|pages) {pages} [(of|in|from) {this}] (say|contain|show|tell|hold)
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] (what is|what's|what stands|what is written|what is there|what does it say|what can be read) on [the] (page|pages|p) {pages} (of|in|from) {name}
        [{please}] (show|show me|read|read me|give me|tell me what is on|quote|cite) [the] (page|pages|p) {pages} (of|in|from) {name}
        what (does|do) [the] (page|pages) {pages} (of|in|from) {name} (say|contain|show|tell|hold)
        what (does|do) {name} (say|contain|show) on [the] (page|pages|p) {pages}
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.PAGES,
            """
        [{please}] (what is|what's|what stands|what is written|what is there|what does it say) on (this page|these pages|the page|the pages)
        [{please}] (show|show me|read|read me|tell me what is on) (this page|these pages)
        what (does|do) (this page|these pages) (say|contain|show|tell)
        """,
            THIS,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] {sum} [({this}|{it})] [for me] [please]
        [{please}] (give me|write|make|provide|i need|create|write me) {summary} [(of|for) ({this}|{it})] [please]
        [what is] {summary} of ({this}|{it})
        {summary} [please]
        [in short] what is {this} about
        [{please}] (sum) ({this}|{it}) up
        what does {this} deal with
        """,
            THIS,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] {sum} the (document|file) {name} [please]
        [{please}] (give me|write|make) {summary} of the (document|file) {name} [please]
        """,
            NAMED,
            certain=True,
        ),
        Pattern(
            Asked.SUMMARY,
            """
        [{please}] {sum} {name} [for me] [please]
        [{please}] (give me|write|make|provide|i need|create|write me) {summary} (of|for) {name} [please]
        [what is] {summary} of {name}
        what is {name} [all] about
        what does {name} deal with
        """,
            NAMED,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] compare {these} [with each other] [please]
        [(what are|what is|show|show me|list|tell me|find)] [the] difference[s] between {these}
        [(what are|what is|show|show me|list|tell me|find)] [the] differences between {these}
        (how|where|in what) (do|does) {these} differ
        what (changed|has changed|is different|differs) (between|in) {these}
        """,
            BOTH,
            certain=True,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] compare {them} [with each other] [please]
        [(what are|what is|show|show me|list|tell me|find)] [the] difference[s] between {them}
        [(what are|what is|show|show me|list|tell me|find)] [the] differences between {them}
        (how|where|in what) (do|does) {them} differ
        what (changed|has changed|is different|differs) (between|in) {them}
        """,
            BOTH,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] compare {this} (with|and|to|against|vs|versus) {name}
        [(what are|what is|show|show me|list)] [the] (difference|differences) between {this} and {name}
        how does {this} differ from {name}
        """,
            WITH_THIS,
        ),
        Pattern(
            Asked.COMPARISON,
            """
        [{please}] compare {name} (with|and|to|against|vs|versus) {other} [please]
        [(what are|what is|show|show me|list)] [the] (difference|differences) between {name} and {other}
        how (does|do) {name} differ from {other}
        how do {name} and {other} differ
        what (changed|has changed|is different|differs) between {name} and {other}
        """,
            TWO,
        ),
    ),
    signs=(
        (INVENTORIES, "document doc file librar collection"),
        (OF_PAGES, "page p long"),
        ((Asked.SUMMARY,), "summar sum recap condens overview synops about deal"),
        ((Asked.COMPARISON,), "compar differ chang"),
    ),
    page_words="page|pages",
    phrases={
        Phrase.TOTAL: "Documents: {documents}. Pages: {pages}.",
        Phrase.LIBRARY: "Documents in the library: {documents}, pages: {pages}.",
        Phrase.ON_TOPIC: "Documents on “{topic}”: {documents}.",
        Phrase.NONE_ON_TOPIC: "No document in the library speaks of “{topic}”.",
        Phrase.PAGES: "Pages in {name}: {pages}",
        Phrase.LENGTH: "pages: {pages}",
        Phrase.MORE: "And further ones: {count}.",
        Phrase.WHICH: "Which document is meant? Name it in the question, or choose it with @.",
        Phrase.WHICH_TWO: "Which two documents are meant? Name both in the question, or choose them with @.",
        Phrase.UNKNOWN: "No document in the library is called “{name}”. Ask “list the documents” to see their names.",
        Phrase.AMBIGUOUS: "Several documents could be meant. Name one of them in full, or choose it with @:",
        Phrase.NO_PAGE: "{name} has no such page. Its pages: 1 to {pages}.",
        Phrase.NO_TEXT: "{name} has no text there that could be read.",
        Phrase.PART_READ: "Passages read for this: {read} of {all}, from pages {first} to {last} of {name}.",
        Phrase.CHANGED: "Changed:",
        Phrase.ONLY_IN: "Only in {name}:",
        Phrase.SAME: "Sentences that both have: {same}. Differences: {count}.",
        Phrase.NO_DIFFERENCE: "{first} and {second} say the same, sentence by sentence.",
        Phrase.NOT_COMPARED: "Sentences that are too many to be compared, and may differ: {count}.",
    },
)
