<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>AdapterCard</name>
    <message numerus="yes">
        <source>%Ln tensor(s)</source>
        <translation>
            <numerusform>%Ln tensor</numerusform>
            <numerusform>%Ln tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AnswerFooter</name>
    <message numerus="yes">
        <source>%Ln source(s)</source>
        <translation>
            <numerusform>%Ln source</numerusform>
            <numerusform>%Ln sources</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln earlier question(s) no longer read</source>
        <translation>
            <numerusform>%Ln earlier question no longer read</numerusform>
            <numerusform>%Ln earlier questions no longer read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BinDialog</name>
    <message numerus="yes">
        <source>What you delete lies here for %Ln day(s), then it is gone.</source>
        <translation>
            <numerusform>What you delete lies here for %Ln day, then it is gone.</numerusform>
            <numerusform>What you delete lies here for %Ln days, then it is gone.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>deleted {when}, %Ln day(s) left</source>
        <translation>
            <numerusform>deleted {when}, %Ln day left</numerusform>
            <numerusform>deleted {when}, %Ln days left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CatalogueDialog</name>
    <message numerus="yes">
        <source>%Ln part(s)</source>
        <translation>
            <numerusform>%Ln part</numerusform>
            <numerusform>%Ln parts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ComparisonForm</name>
    <message numerus="yes">
        <source>%Ln question(s) from {name}</source>
        <translation>
            <numerusform>%Ln question from {name}</numerusform>
            <numerusform>%Ln questions from {name}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Only the typed questions are asked; take them out to ask the %Ln from {name}</source>
        <translation>
            <numerusform>Only the typed questions are asked; take them out to ask the %Ln from {name}</numerusform>
            <numerusform>Only the typed questions are asked; take them out to ask the %Ln from {name}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContextGauge</name>
    <message numerus="yes">
        <source>%Ln earlier question(s) stay without their passages, to make room.</source>
        <translation>
            <numerusform>%Ln earlier question stays without its passages, to make room.</numerusform>
            <numerusform>%Ln earlier questions stay without their passages, to make room.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln earlier question(s) are no longer read.</source>
        <translation>
            <numerusform>%Ln earlier question is no longer read.</numerusform>
            <numerusform>%Ln earlier questions are no longer read.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DocumentImport</name>
    <message numerus="yes">
        <source>The import was stopped: %Ln file(s) were not read.</source>
        <translation>
            <numerusform>The import was stopped: %Ln file was not read.</numerusform>
            <numerusform>The import was stopped: %Ln files were not read.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>None of %Ln file(s) could be read. The library says why.</source>
        <translation>
            <numerusform>The file could not be read. The library says why.</numerusform>
            <numerusform>None of %Ln files could be read. The library says why.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) are ready to be asked.</source>
        <translation>
            <numerusform>%Ln document is ready to be asked.</numerusform>
            <numerusform>%Ln documents are ready to be asked.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DocumentList</name>
    <message numerus="yes">
        <source>%Ln document(s) were removed from the library.</source>
        <translation>
            <numerusform>%Ln document was removed from the library.</numerusform>
            <numerusform>%Ln documents were removed from the library.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) selected</source>
        <translation>
            <numerusform>%Ln document selected</numerusform>
            <numerusform>%Ln documents selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DossierDialog</name>
    <message numerus="yes">
        <source>%Ln picture(s) with the sentence marked</source>
        <translation>
            <numerusform>%Ln picture with the sentence marked</numerusform>
            <numerusform>%Ln pictures with the sentence marked</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EmbedderText</name>
    <message numerus="yes">
        <source>%Ln language(s)</source>
        <translation>
            <numerusform>%Ln language</numerusform>
            <numerusform>%Ln languages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FoldersPane</name>
    <message numerus="yes">
        <source>%Ln folder(s) and files are not followed any more. The files stay.</source>
        <translation>
            <numerusform>%Ln folder or file is not followed any more. Its files stay.</numerusform>
            <numerusform>%Ln folders and files are not followed any more. The files stay.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportBar</name>
    <message numerus="yes">
        <source>%Ln file(s) were not read.</source>
        <translation>
            <numerusform>%Ln file was not read.</numerusform>
            <numerusform>%Ln files were not read.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>None of %Ln file(s) could be read.</source>
        <translation>
            <numerusform>The file could not be read.</numerusform>
            <numerusform>None of %Ln files could be read.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are scans without text.</source>
        <translation>
            <numerusform>%Ln is a scan without text.</numerusform>
            <numerusform>%Ln are scans without text.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are locked by a password.</source>
        <translation>
            <numerusform>%Ln is locked by a password.</numerusform>
            <numerusform>%Ln are locked by a password.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln hold no text.</source>
        <translation>
            <numerusform>%Ln holds no text.</numerusform>
            <numerusform>%Ln hold no text.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are of a kind that cannot be read.</source>
        <translation>
            <numerusform>%Ln is of a kind that cannot be read.</numerusform>
            <numerusform>%Ln are of a kind that cannot be read.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are damaged or took too long.</source>
        <translation>
            <numerusform>%Ln is damaged or took too long.</numerusform>
            <numerusform>%Ln are damaged or took too long.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PasswordDialog</name>
    <message numerus="yes">
        <source>%Ln document(s) are locked. Which password opens them?</source>
        <translation>
            <numerusform>%Ln document is locked. Which password opens it?</numerusform>
            <numerusform>%Ln documents are locked. Which password opens them?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProgressText</name>
    <message numerus="yes">
        <source>Searching %Ln passage(s)</source>
        <translation type="unfinished">
            <numerusform>Searching %Ln passage</numerusform>
            <numerusform>Searching %Ln passages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reading %Ln passage(s)</source>
        <translation type="unfinished">
            <numerusform>Reading %Ln passage</numerusform>
            <numerusform>Reading %Ln passages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>About %Ln minute(s)</source>
        <translation type="unfinished">
            <numerusform>About %Ln minute</numerusform>
            <numerusform>About %Ln minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln page(s)</source>
        <translation type="unfinished">
            <numerusform>%Ln page</numerusform>
            <numerusform>%Ln pages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SheetRows</name>
    <message numerus="yes">
        <source>and %Ln more row(s)</source>
        <translation>
            <numerusform>and %Ln more row</numerusform>
            <numerusform>and %Ln more rows</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message numerus="yes">
        <source>%Ln document(s) are ready to be asked.</source>
        <translation>
            <numerusform>%Ln document is ready to be asked.</numerusform>
            <numerusform>%Ln documents are ready to be asked.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>You can ask already: %Ln document(s) can be searched.</source>
        <translation>
            <numerusform>You can ask already: %Ln document can be searched.</numerusform>
            <numerusform>You can ask already: %Ln documents can be searched.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TeachingGuide</name>
    <message numerus="yes">
        <source>%Ln question(s) are left.</source>
        <translation>
            <numerusform>One question is left.</numerusform>
            <numerusform>%Ln questions are left.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Counts</name>
    <message numerus="yes">
        <source>%Ln document(s)</source>
        <translation>
            <numerusform>%Ln document</numerusform>
            <numerusform>%Ln documents</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln page(s)</source>
        <translation>
            <numerusform>%Ln page</numerusform>
            <numerusform>%Ln pages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln passage(s)</source>
        <translation>
            <numerusform>%Ln passage</numerusform>
            <numerusform>%Ln passages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation>
            <numerusform>%Ln file</numerusform>
            <numerusform>%Ln files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln collection(s)</source>
        <translation>
            <numerusform>%Ln collection</numerusform>
            <numerusform>%Ln collections</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln adapter(s)</source>
        <translation>
            <numerusform>%Ln adapter</numerusform>
            <numerusform>%Ln adapters</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln second(s)</source>
        <translation>
            <numerusform>about %Ln second</numerusform>
            <numerusform>about %Ln seconds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln minute(s)</source>
        <translation>
            <numerusform>about %Ln minute</numerusform>
            <numerusform>about %Ln minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln hour(s)</source>
        <translation>
            <numerusform>about %Ln hour</numerusform>
            <numerusform>about %Ln hours</numerusform>
        </translation>
    </message>
</context>
</TS>
