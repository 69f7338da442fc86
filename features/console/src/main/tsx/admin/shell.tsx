import "./shell.css";
import {
  Alert,
  Button,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  Page,
  PageSection,
  SkipToContent,
  Text,
  TextContent,
  Title,
} from "@patternfly/react-core";
import { useEffect, useRef, useState, type MouseEvent, type ReactNode } from "react";
import { useTexts } from "../context";
import type { Session } from "../session";
import type { AdminEnvironment } from "./environment";

/** The pages for administrators, by the last part of their address. */
const PAGES = { "api-keys-admin": "bulwarkKeys", "overview-admin": "bulwarkOverview" } as const;

type Props = {
  environment: AdminEnvironment;
  session: Session;
  page: keyof typeof PAGES;
  text: string;
  signedOut: boolean;
  /** The administrator has signed in, or may have. */
  onReturn: () => void;
  children: ReactNode;
};

/** What the pages for administrators have in common: head, links, and the request to sign in. */
export function AdminShell({ environment, session, page, text, signedOut, onReturn, children }: Props) {
  const { t } = useTexts();
  const [opened, setOpened] = useState<Window>();

  useEffect(() => {
    document.title = `${t(PAGES[page])} – ${environment.target}`;
  }, [t, environment, page]);

  // The administrator signs in to the admin console, in another tab, and comes back.
  useEffect(() => {
    if (!signedOut || opened !== undefined) {
      return undefined;
    }
    const returned = () => {
      session.forgetUser();
      onReturn();
    };
    window.addEventListener("focus", returned);
    return () => window.removeEventListener("focus", returned);
  }, [signedOut, opened, session, onReturn]);

  // A login of another site gets its cookies in a window of its own alone. Where none may be opened, the link remains.
  const signIn = (event: MouseEvent) => {
    const place = opened ?? (session.hasOtherHost ? window.open("", "_blank", "popup,width=560,height=760") : null);
    if (place === null) {
      return;
    }
    event.preventDefault();
    if (place === opened) {
      place.focus();
      return;
    }
    setOpened(place);
    session
      .signInAt(place)
      // Without a sign-in the page goes on asking for one.
      .then(onReturn, () => undefined)
      .finally(() => setOpened(undefined));
  };

  // What had the focus is gone, both times.
  const wasSignedOut = useRef(false);
  useEffect(() => {
    if (signedOut) {
      document.querySelector<HTMLElement>("[data-testid=sign-in]")?.focus();
    } else if (wasSignedOut.current) {
      document.getElementById("main")?.focus();
    }
    wasSignedOut.current = signedOut;
  }, [signedOut]);

  const logo = new URL("../img/bulwark-logo.svg", import.meta.url).href;
  const realm = environment.target === environment.realm ? "" : `?realm=${encodeURIComponent(environment.target)}`;
  const header = (
    <Masthead>
      <MastheadMain>
        <MastheadBrand component="span">
          <img src={logo} alt="Bulwark" height="36" />
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <nav className="bw-admin-pages" aria-label={t("bulwarkAdminPages")}>
          {(Object.keys(PAGES) as (keyof typeof PAGES)[]).map((name) => (
            <a key={name} href={`${name}${realm}`} aria-current={name === page ? "page" : undefined}>
              {t(PAGES[name])}
            </a>
          ))}
          <a className="bw-admin-console" href={consoleAddress(environment)}>
            {t("bulwarkAdminConsole")}
          </a>
        </nav>
      </MastheadContent>
    </Masthead>
  );
  return (
    <Page header={header} mainContainerId="main" mainTabIndex={-1} skipToContent={<SkipToContent href="#main">{t("bulwarkAdminSkip")}</SkipToContent>}>
      <PageSection variant="light" className="bw-admin-heading">
        <TextContent>
          <Title headingLevel="h1">{t(PAGES[page])}</Title>
          <Text component="p">{text}</Text>
        </TextContent>
      </PageSection>
      <PageSection variant="light" className="bw-keys">
        {signedOut ? (
          <Alert variant="info" isInline isLiveRegion component="p" title={t("bulwarkAdminSignIn")} variantLabel="">
            <p>{t(session.hasOtherHost ? "bulwarkAdminSignInWindowText" : "bulwarkAdminSignInText")}</p>
            <Button component="a" href={environment.baseUrl} target="_blank" variant="primary" onClick={signIn} data-testid="sign-in">
              {t(session.hasOtherHost ? "bulwarkAdminSignInHere" : "bulwarkAdminSignInNow")}
            </Button>
          </Alert>
        ) : (
          children
        )}
      </PageSection>
    </Page>
  );
}

/** The admin console of the realm that is shown. */
export function consoleAddress(environment: AdminEnvironment): string {
  return `${environment.baseUrl}#/${encodeURIComponent(environment.target)}`;
}
