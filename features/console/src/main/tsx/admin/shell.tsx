import "./shell.css";
import {
  Alert,
  Button,
  FormSelect,
  FormSelectOption,
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
import { Api } from "../api";
import { useTexts } from "../context";
import type { Session } from "../session";
import type { AdminEnvironment } from "./environment";

/** The pages for administrators, by the last part of their address. */
const PAGES = { "api-keys-admin": "bulwarkKeys", "overview-admin": "bulwarkOverview" } as const;

/** Its administrators see all realms. */
const MASTER = "master";

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
  const realms = useRealms(environment, session, signedOut);
  const unknown = realms !== undefined && !realms.includes(environment.target);

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
  const addressOf = (name: string, realm: string) => (realm === environment.realm ? name : `${name}?realm=${encodeURIComponent(realm)}`);
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
            <a key={name} href={addressOf(name, environment.target)} aria-current={name === page ? "page" : undefined}>
              {t(PAGES[name])}
            </a>
          ))}
          <a className="bw-admin-console" href={consoleAddress(environment)}>
            {t("bulwarkAdminConsole")}
          </a>
        </nav>
        {realms !== undefined && realms.length > 1 && (
          <FormSelect
            className="bw-admin-realm"
            aria-label={t("bulwarkAdminRealm")}
            value={unknown ? "" : environment.target}
            onChange={(_event, realm) => window.location.assign(addressOf(page, realm))}
            data-testid="realm"
          >
            {unknown && <FormSelectOption value="" label={t("bulwarkAdminChooseRealm")} isPlaceholder />}
            {realms.map((realm) => (
              <FormSelectOption key={realm} value={realm} label={realm} />
            ))}
          </FormSelect>
        )}
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
            {environment.realm !== MASTER && (
              <p>
                <a href={`${environment.adminBaseUrl}/realms/${MASTER}/${page}?realm=${encodeURIComponent(environment.target)}`} data-testid="as-master">
                  {t("bulwarkAdminOfMaster")}
                </a>
              </p>
            )}
          </Alert>
        ) : unknown ? (
          <Alert variant="danger" isInline component="p" title={t("bulwarkAdminNoRealm", { realm: environment.target })} variantLabel="" data-testid="no-realm" />
        ) : (
          children
        )}
      </PageSection>
    </Page>
  );
}

/** The realms that the administrator may see, once they are known. */
function useRealms(environment: AdminEnvironment, session: Session, signedOut: boolean): string[] | undefined {
  const [realms, setRealms] = useState<string[]>();
  useEffect(() => {
    if (signedOut) {
      return;
    }
    new RealmsApi(environment, session).names().then(setRealms, () => undefined);
  }, [environment, session, signedOut]);
  return realms;
}

/** Keycloak's own list of realms. */
class RealmsApi extends Api {
  constructor(environment: AdminEnvironment, session: Session) {
    super(`${environment.adminBaseUrl}/admin/realms`, session);
  }

  async names(): Promise<string[]> {
    const realms = await this.send<{ realm: string }[]>("GET", "?briefRepresentation=true");
    return realms.map(({ realm }) => realm).sort((one, other) => one.localeCompare(other));
  }
}

/** The admin console of the realm that is shown. */
export function consoleAddress(environment: AdminEnvironment): string {
  return `${environment.baseUrl}#/${encodeURIComponent(environment.target)}`;
}
